SELECT
    task_id AS "Task", CAST(task_date AS VARCHAR) AS "Day", cost_usd AS "Cost: {$}"
FROM fct_tasks
WHERE traffic_source = 'production' AND unknown_cost_calls = 0
ORDER BY started_at DESC
LIMIT 20;

SELECT count(*) AS "card Past tasks like it: {#}"
FROM fct_tasks
WHERE traffic_source = 'production' AND unknown_cost_calls = 0;
