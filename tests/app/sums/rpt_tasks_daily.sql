-- What the table of this name sums from its tasks.
SELECT
    task_date,
    organization,
    environment,
    workflow_id,
    team,
    project,
    prompt_version,
    feature,
    size,
    traffic_source,
    customer_id,
    CASE WHEN customer_id IS NULL THEN user_id END AS user_id,
    count(*) AS tasks,
    count(*) FILTER (outcome = 'success') AS successes,
    count(*) FILTER (outcome = 'failure') AS failures,
    count(*) FILTER (unknown_cost_calls > 0 OR calls = 0) AS unknown_cost_tasks,
    coalesce(sum(cost_usd), 0)::DECIMAL(28, 12) AS cost_usd,
    coalesce(sum(cost_usd) FILTER (outcome = 'success'), 0)::DECIMAL(28, 12) AS success_cost_usd,
    sum(cost_usd::DOUBLE * cost_usd::DOUBLE) AS cost_squared,
    max(cost_usd)::DECIMAL(28, 12) AS max_task_cost_usd
FROM fct_tasks
WHERE is_tasked AND outcome <> 'pending'
GROUP BY ALL
