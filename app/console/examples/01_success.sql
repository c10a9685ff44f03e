-- What does one successful task cost, by workflow? (engineer)
SELECT workflow_id, count(*) AS tasks, count(*) FILTER (outcome = 'success') AS successes,
    sum(cost_usd) AS cost_usd,
    (sum(cost_usd) / nullif(count(*) FILTER (outcome = 'success'), 0))::DECIMAL(28, 12) AS per_success_usd
FROM fct_tasks
WHERE traffic_source = 'production' AND outcome <> 'pending'
GROUP BY workflow_id
ORDER BY cost_usd DESC;
