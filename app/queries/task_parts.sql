-- What each step or model ($by) costs per success of the whole: the parts add up to the cost per successful task.
-- A task is told by a number of its own: cheaper to count than its keys.
WITH tasks AS (
    SELECT organization, task_id, row_number() OVER () AS task, outcome = 'success' AS is_success
    FROM scoped_tasks
    WHERE traffic_source = $of_source AND outcome <> 'pending'
),

calls AS (
    SELECT
        CASE $by WHEN 'step' THEN calls.step WHEN 'model' THEN calls.model END AS name,
        tasks.task,
        count(*) AS calls,
        sum(calls.cost_usd) AS cost_usd
    FROM fct_calls AS calls
    JOIN tasks ON calls.organization = tasks.organization AND calls.task_id = tasks.task_id
    WHERE calls.date >= $first::DATE - 1  -- no call is older than its task
        AND calls.traffic_source = $of_source
        AND calls.task_traffic_source = $of_source
        AND ($model IS NULL OR list_contains($model::VARCHAR[], coalesce(nullif(calls.model, ''), '(untagged)')))
    GROUP BY name, task
),

parts AS (
    SELECT name, sum(calls)::BIGINT AS calls, count(*) AS tasks, sum(cost_usd) AS cost_usd
    FROM calls
    GROUP BY name
)

SELECT
    *,
    cost_usd / nullif((SELECT count(*) FILTER (is_success) FROM tasks), 0) AS per_success_usd
FROM parts
ORDER BY cost_usd DESC NULLS LAST, name
LIMIT 100;
