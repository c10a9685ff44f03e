-- The traffic sources that have tasks, with what a success of each costs.
SELECT
    traffic_source,
    count(*) AS tasks,
    sum(cost_usd) / nullif(count(*) FILTER (outcome = 'success'), 0) AS per_success_usd
FROM scoped_tasks
WHERE outcome <> 'pending'
GROUP BY traffic_source
ORDER BY tasks DESC, traffic_source;
