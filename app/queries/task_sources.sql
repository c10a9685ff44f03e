-- The traffic sources within the filters that have tasks, the one with most first.
SELECT traffic_source, count(*) AS tasks
FROM scoped_tasks
WHERE outcome <> 'pending'
GROUP BY traffic_source
ORDER BY tasks DESC, traffic_source;
