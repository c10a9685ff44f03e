-- What the tasks of one traffic source within the filters can be asked for: values with their tasks, most first. Tasks of
-- calls are counted by a number of 64 bits made of their keys: a million keys are a quarter of the time as texts.
WITH of_calls AS (
    SELECT
        if(grouping(model) = 0, 'model', 'step') AS name,
        if(grouping(model) = 0, model, step) AS value,
        count(DISTINCT hash(organization, task_id)) AS tasks
    FROM scoped_calls
    WHERE traffic_source = task_traffic_source AND traffic_source = $of_source
    GROUP BY GROUPING SETS (model, step)
),

of_tasks AS (
    SELECT
        CASE WHEN grouping(workflow_id) = 0 THEN 'workflow' WHEN grouping(feature) = 0 THEN 'feature' ELSE 'size' END AS name,
        CASE name WHEN 'workflow' THEN workflow_id WHEN 'feature' THEN feature ELSE size::VARCHAR END AS value,
        count(*) AS tasks
    FROM scoped_tasks
    WHERE traffic_source = $of_source AND outcome <> 'pending'
    GROUP BY GROUPING SETS (workflow_id, size, feature)
)

SELECT name, value, tasks
FROM (FROM of_calls UNION ALL FROM of_tasks) AS offered
WHERE value IS NOT NULL AND value <> ''
ORDER BY name, tasks DESC, value;
