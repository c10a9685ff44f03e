-- Tasks of one traffic source by month: what a success cost.
SELECT
    date_trunc('month', task_date)::DATE AS month,
    count(*) AS tasks,
    count(*) FILTER (outcome = 'success') AS successes,
    count(*) FILTER (outcome IN ('success', 'failure')) AS known_outcomes,
    sum(cost_usd) AS cost_usd,
    sum(cost_usd) / nullif(count(*) FILTER (outcome = 'success'), 0) AS per_success_usd
FROM scoped_tasks
WHERE traffic_source = $of_source AND outcome <> 'pending'
GROUP BY ALL
ORDER BY month;
