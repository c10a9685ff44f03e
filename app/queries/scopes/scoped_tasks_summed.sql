-- Tasks whose outcome is not awaited and what they cost, as rpt_cost_per_successful_task sums them. Grain: that of
-- rpt_cost_per_successful_task, but for prompt versions.
SELECT
    task_date,
    organization,
    environment,
    team,
    project,
    workflow_id,
    traffic_source,
    count(*) AS tasks,
    count(*) FILTER (outcome = 'success') AS successes,
    count(*) FILTER (outcome = 'failure') AS failures,
    sum(cost_usd)::DECIMAL(28, 12) AS cost_usd
FROM scoped_tasks_cut
WHERE outcome <> 'pending'
GROUP BY ALL
