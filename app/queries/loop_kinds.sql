-- Loops by workflow and agent (or repeated step).
SELECT
    workflow_id,
    kind,
    agent,
    count(*) AS loops,
    quantile_disc(steps, 0.5) AS p50_steps,
    max(steps) AS most_steps,
    any_value(step_limit) AS step_limit,
    sum(cost_usd) AS cost_usd,
    sum(cost_usd) / nullif(count(*), 0) AS mean_usd,
    sum(tool_calls)::BIGINT AS tool_calls,
    sum(tool_errors)::BIGINT AS tool_errors,
    sum(repeated_tool_calls)::BIGINT AS repeated_tool_calls,
    count(*) FILTER (is_runaway) AS runaways,
    sum(cost_after_stop_usd) AS cost_after_stop_usd
FROM scoped_loops
GROUP BY ALL
ORDER BY cost_after_stop_usd DESC, cost_usd DESC, workflow_id, kind, agent
LIMIT 20;
