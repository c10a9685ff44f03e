-- The tasks that have calls in a trace, whose calls are of these days, dearest first.
WITH calls AS MATERIALIZED (
    SELECT
        organization, task_id, task_traffic_source AS traffic_source, any_value(workflow_run_id) AS workflow_run_id
    FROM fct_calls
    WHERE date BETWEEN $from_date AND $to_date AND trace_id = $trace_id AND ($org IS NULL OR coalesce(organization, '') = $org)
    GROUP BY ALL
)

SELECT
    tasks.task_id, tasks.organization, tasks.outcome, tasks.outcome_source, tasks.outcome_by, tasks.outcome_at,
    tasks.pending_until, tasks.cost_usd, tasks.runs, tasks.traffic_source, tasks.team, calls.workflow_run_id
FROM fct_tasks_direct AS tasks
INNER JOIN calls
    ON calls.organization IS NOT DISTINCT FROM tasks.organization
    AND calls.task_id = tasks.task_id
    AND calls.traffic_source = tasks.traffic_source
ORDER BY tasks.cost_usd DESC NULLS LAST, tasks.task_id;
