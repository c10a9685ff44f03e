-- What the table of this name sums from its tasks, as far as pages ask.
SELECT
    task_date,
    organization,
    environment,
    team,
    project,
    workflow_id,
    prompt_version,
    traffic_source,
    count(*) FILTER (outcome <> 'pending') AS tasks,
    count(*) FILTER (outcome = 'success') AS successes,
    count(*) FILTER (outcome = 'failure') AS failures,
    count(*) FILTER (outcome = 'unknown') AS unknown_outcomes,
    count(*) FILTER (outcome = 'pending') AS pending,
    coalesce(sum(cost_usd) FILTER (outcome <> 'pending'), 0)::DECIMAL(28, 12) AS cost_usd
FROM fct_tasks
WHERE is_tasked
GROUP BY ALL
