-- The newest past tasks that share what the class $of_kept does. Grain: task.
SELECT
    task_id,
    organization,
    traffic_source,
    task_date,
    workflow_id,
    size::VARCHAR AS size,
    feature,
    model,
    outcome,
    calls,
    cost_usd
FROM scoped_tasks_costed
WHERE kept = $of_kept AND unknown_cost_calls = 0 AND cost_usd > 0
ORDER BY started_at DESC, task_id
LIMIT $most;
