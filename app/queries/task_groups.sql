-- Tasks of one traffic source by one of their tags ($by names the column).
SELECT
    CASE $by
        WHEN 'workflow_id' THEN workflow_id
        WHEN 'prompt_version' THEN prompt_version
        WHEN 'team' THEN team
        WHEN 'project' THEN project
    END AS name,
    count(*) AS tasks,
    count(*) FILTER (outcome = 'success') AS successes,
    count(*) FILTER (outcome = 'unknown') AS unknown_outcomes,
    sum(cost_usd) AS cost_usd,
    sum(cost_usd) / nullif(count(*) FILTER (outcome = 'success'), 0) AS per_success_usd,
    quantile_cont(cost_usd::DOUBLE, 0.5) AS p50_task_cost_usd,
    quantile_cont(cost_usd::DOUBLE, 0.95) AS p95_task_cost_usd,
    quantile_cont(latency_ms, 0.95) AS p95_latency_ms
FROM scoped_tasks
WHERE traffic_source = $of_source AND outcome <> 'pending'
GROUP BY ALL
ORDER BY cost_usd DESC NULLS LAST, name
LIMIT 100;
