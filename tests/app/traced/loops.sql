SELECT
    row(count(*), sum(cost_after_stop_usd)) AS "heading: {#} loops ran away and cost {$} more than they should",
FROM rpt_agent_loops
WHERE is_runaway;

SELECT
    strftime(started_at, '%Y-%m-%d %H:%M') AS "Start (UTC)",
    stop_step AS "Stop after step: {#}",
    steps AS "Steps taken: {#}",
    cost_after_stop_usd AS "Cost after: {$}",
    cost_usd AS "Cost: {$}",
FROM rpt_agent_loops
WHERE is_runaway;

SELECT
    workflow_id AS "Workflow",
    agent AS "Agent or step",
    count(*) AS "Loops: {#}",
    row(quantile_disc(steps, 0.5), max(steps)) AS "p50 · most steps: {#} · {#}",
    max(step_limit) AS "Limit: {#}",
    row(sum(tool_calls), sum(tool_errors), sum(repeated_tool_calls)) AS "Tool calls: {#} {#} failed, {#} repeated",
    avg(cost_usd) AS "Per loop: {$}",
    sum(cost_usd) AS "Spend: {$}",
    count(*) FILTER (is_runaway) AS "Runaways: {#}",
FROM rpt_agent_loops
GROUP BY workflow_id, agent;
