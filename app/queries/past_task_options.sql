-- What the tasks of one traffic source within the filters can be asked for: values with their tasks, most first; of models
-- and steps, with their calls of that source, which days' sums know.
WITH of_calls AS (
    SELECT
        if(grouping(model) = 0, 'model', 'step') AS name,
        if(grouping(model) = 0, model, step) AS value,
        sum(calls)::BIGINT AS times
    FROM scoped_sums
    WHERE traffic_source = $of_source
    GROUP BY GROUPING SETS (model, step)
),

of_tasks AS (
    SELECT
        CASE WHEN grouping(workflow_id) = 0 THEN 'workflow' WHEN grouping(feature) = 0 THEN 'feature' ELSE 'size' END AS name,
        CASE name WHEN 'workflow' THEN workflow_id WHEN 'feature' THEN feature ELSE size::VARCHAR END AS value,
        count(*) AS times
    FROM scoped_tasks
    WHERE traffic_source = $of_source AND outcome <> 'pending'
    GROUP BY GROUPING SETS (workflow_id, size, feature)
)

SELECT name, value, times
FROM (FROM of_calls UNION ALL FROM of_tasks) AS offered
WHERE value IS NOT NULL AND value <> ''
ORDER BY name, times DESC, value;
