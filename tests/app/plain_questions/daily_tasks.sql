-- Tasks by the day of their first call.
SELECT
    day AS date,
    count(*) AS tasks,
    count(*) FILTER (outcome = 'success') AS successes,
    count(*) FILTER (outcome IN ('success', 'failure')) AS known_outcomes,
    sum(cost_usd) / nullif(count(*) FILTER (outcome = 'success'), 0) AS per_success_usd
FROM scoped_tasks
WHERE traffic_source = $of_source AND outcome <> 'pending'
GROUP BY ALL
ORDER BY date;
