-- What the tasks of one traffic source within the filters can be asked for: values with their tasks, most first; of models
-- and steps, with their calls of that source.
WITH tasks AS (
    SELECT * FROM scoped_tasks WHERE traffic_source = $of_source AND outcome <> 'pending'
),

calls AS (
    SELECT * FROM scoped_calls WHERE traffic_source = $of_source
)

SELECT name, value, count(*) AS times
FROM (
    SELECT 'workflow' AS name, workflow_id AS value FROM tasks
    UNION ALL
    SELECT 'size', size::VARCHAR FROM tasks
    UNION ALL
    SELECT 'feature', feature FROM tasks
    UNION ALL
    SELECT 'model', model FROM calls
    UNION ALL
    SELECT 'step', step FROM calls
) AS offered
WHERE value IS NOT NULL AND value <> ''
GROUP BY ALL
ORDER BY name, times DESC, value;
