-- The tasks that have calls in a trace, dearest first.
SELECT
    tasks.task_id, tasks.organization, tasks.outcome, tasks.outcome_source, tasks.outcome_by, tasks.outcome_at,
    tasks.pending_until, tasks.cost_usd, tasks.runs, tasks.traffic_source, tasks.team,
    any_value(calls.workflow_run_id) AS workflow_run_id
FROM fct_calls AS calls
JOIN fct_tasks AS tasks
    ON calls.organization IS NOT DISTINCT FROM tasks.organization
    AND calls.task_id = tasks.task_id
    AND calls.task_traffic_source = tasks.traffic_source
WHERE calls.trace_id = $trace_id AND ($org IS NULL OR coalesce(calls.organization, '') = $org)
GROUP BY ALL
ORDER BY tasks.cost_usd DESC NULLS LAST, tasks.task_id;
