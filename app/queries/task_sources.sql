-- The traffic sources within the filters that have tasks, the one with most first, with what a success of each costs.
SELECT
    traffic_source,
    sum(tasks)::BIGINT AS tasks,
    sum(cost_usd) / nullif(sum(successes)::BIGINT, 0) AS per_success_usd
FROM scoped_task_sums
GROUP BY traffic_source
ORDER BY tasks DESC, traffic_source;
