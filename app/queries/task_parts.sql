-- What each step or model ($by) costs per success of the whole: the parts add up to the cost per successful task.
WITH tasks AS (
    SELECT organization, task_id, traffic_source, outcome
    FROM scoped_tasks
    WHERE traffic_source = $of_source AND outcome <> 'pending'
),

parts AS (
    SELECT
        CASE $by WHEN 'step' THEN calls.step WHEN 'model' THEN calls.model END AS name,
        count(*) AS calls,
        count(DISTINCT (calls.organization, calls.task_id)) AS tasks,
        sum(calls.cost_usd) AS cost_usd
    FROM fct_calls AS calls
    JOIN tasks
        ON calls.organization = tasks.organization
        AND calls.task_id = tasks.task_id
        AND calls.task_traffic_source = tasks.traffic_source
    WHERE calls.date >= $first::DATE - 1  -- no call is older than its task
        AND calls.traffic_source = $of_source
        AND ($model IS NULL OR list_contains($model::VARCHAR[], coalesce(nullif(calls.model, ''), '(untagged)')))
    GROUP BY name
)

SELECT
    *,
    cost_usd / nullif((SELECT count(*) FROM tasks WHERE outcome = 'success'), 0) AS per_success_usd
FROM parts
ORDER BY cost_usd DESC NULLS LAST, name
LIMIT 100;
