-- Tasks within the filters, untasked traces left out, each with the day it has in the zone $tz. Grain: task.
-- With a model chosen, a task's spend is what its calls to that model cost, so that models add up to the whole.
SELECT tasks.* REPLACE (
    CASE WHEN $model IS NULL THEN tasks.cost_usd ELSE coalesce(of_model.cost_usd, 0)::DECIMAL(28, 12) END AS cost_usd
),
    CASE WHEN $tz = 'UTC' THEN tasks.task_date ELSE timezone($tz, tasks.started_at)::DATE END AS day,
    tasks.cost_usd AS whole_cost_usd
FROM fct_tasks_direct AS tasks
LEFT JOIN (
    SELECT organization, task_id, task_traffic_source AS traffic_source, sum(cost_usd) AS cost_usd
    FROM fct_calls
    WHERE $model IS NOT NULL AND traffic_source = task_traffic_source AND list_contains($model::VARCHAR[], coalesce(nullif(model, ''), '(untagged)'))
    GROUP BY ALL
) AS of_model USING (organization, task_id, traffic_source)
WHERE tasks.is_tasked
    AND tasks.task_date BETWEEN $first::DATE - 1 AND $last::DATE + 1
    AND CASE
        WHEN $tz = 'UTC' THEN tasks.task_date BETWEEN $first AND $last
        WHEN tasks.task_date BETWEEN $first::DATE + 1 AND $last::DATE - 1 THEN true
        ELSE timezone($tz, tasks.started_at)::DATE BETWEEN $first AND $last
    END
    AND tasks.started_at <= $until_at
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(tasks.environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($team IS NULL OR list_contains($team::VARCHAR[], coalesce(nullif(tasks.team, ''), '(untagged)')))
    AND ($project IS NULL OR list_contains($project::VARCHAR[], coalesce(nullif(tasks.project, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(tasks.workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
