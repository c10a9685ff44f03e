-- How much of the period is known: prices by calls, outcomes by tasks, traffic source by spend.
SELECT
    count(*) AS calls,
    count(*) FILTER (cost_usd IS NOT NULL) AS priced_calls,
    sum(cost_usd) AS cost_usd,
    coalesce(sum(cost_usd) FILTER (traffic_source <> 'unknown'), 0) AS sourced_usd,
    (SELECT count(*) FROM scoped_tasks WHERE outcome <> 'pending') AS tasks,
    (SELECT count(*) FROM scoped_tasks WHERE outcome IN ('success', 'failure')) AS judged_tasks
FROM scoped_calls;
