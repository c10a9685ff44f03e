-- What the tasks of one traffic source within the filters can be asked for: values with their tasks, most first.
WITH models AS (
    SELECT organization, task_id, model, step
    FROM scoped_calls
    WHERE traffic_source = task_traffic_source AND traffic_source = $of_source
    GROUP BY ALL
),

tasks AS (
    SELECT * FROM scoped_tasks WHERE traffic_source = $of_source AND outcome <> 'pending'
)

SELECT name, value, count(DISTINCT (organization, task_id)) AS tasks
FROM (
    SELECT 'workflow' AS name, workflow_id AS value, organization, task_id FROM tasks
    UNION ALL
    SELECT 'size', size::VARCHAR, organization, task_id FROM tasks
    UNION ALL
    SELECT 'feature', feature, organization, task_id FROM tasks
    UNION ALL
    SELECT 'model', model, organization, task_id FROM models
    UNION ALL
    SELECT 'step', step, organization, task_id FROM models
) AS offered
WHERE value IS NOT NULL AND value <> ''
GROUP BY ALL
ORDER BY name, tasks DESC, value;
