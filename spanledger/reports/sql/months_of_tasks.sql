-- Tasks of one traffic source by month: what a success cost.
SELECT
    date_trunc('month', task_date)::DATE AS month,
    count(*) AS tasks,
    count(*) FILTER (outcome = 'success') AS successes,
    count(*) FILTER (outcome = 'failure') AS failures,
    count(*) FILTER (unknown_cost_calls > 0 OR calls = 0) AS unknown_cost_tasks,
    sum(cost_usd) AS cost_usd,
    sum(cost_usd) / nullif(count(*) FILTER (outcome = 'success'), 0) AS per_success_usd,
    sum(cost_usd) / nullif(count(*) FILTER (outcome IN ('success', 'unknown')), 0) AS bound_low_usd
FROM scoped_tasks
WHERE traffic_source = $of_source AND outcome <> 'pending'
GROUP BY ALL
ORDER BY month;
