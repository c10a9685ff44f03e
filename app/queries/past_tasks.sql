-- Past tasks by how much they share with the planned ones. Logarithms are of US dollars, over the tasks whose
-- cost is known and above zero; the others are counted beside them. Grain: kept.
SELECT
    kept,
    count(*) FILTER (is_counted) AS tasks,
    avg(log_usd) AS mean_log,
    var_pop(log_usd) * count(log_usd) AS squares_log,
    count(*) FILTER (unknown_cost_calls > 0) AS unknown_cost_tasks,
    count(*) FILTER (unknown_cost_calls = 0 AND cost_usd <= 0) AS zero_cost_tasks,
    quantile_cont(cost_usd::DOUBLE, 0.5) FILTER (is_counted) AS median_usd,
    quantile_cont(cost_usd::DOUBLE, 0.1) FILTER (is_counted) AS p10_usd,
    quantile_cont(cost_usd::DOUBLE, 0.9) FILTER (is_counted) AS p90_usd,
    count(*) FILTER (is_counted AND outcome = 'success') AS successes,
    count(*) FILTER (is_counted AND outcome = 'failure') AS failures
FROM (
    SELECT
        *,
        unknown_cost_calls = 0 AND cost_usd > 0 AS is_counted,
        CASE WHEN is_counted THEN ln(cost_usd::DOUBLE) END AS log_usd
    FROM scoped_tasks_costed
) AS tasks
GROUP BY kept
ORDER BY kept DESC;
