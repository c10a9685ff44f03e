-- Past tasks by how much they share with the planned ones. Logarithms are of US dollars, over the tasks whose
-- cost is known and above zero; the others are counted beside them. Grain: kept.
WITH tasks AS (
    SELECT
        kept,
        outcome,
        unknown_cost_calls > 0 AS is_unknown,
        unknown_cost_calls = 0 AND cost_usd > 0 AS is_counted,
        CASE WHEN is_counted THEN cost_usd::DOUBLE END AS usd,
        CASE WHEN is_counted THEN ln(usd) END AS log_usd
    FROM scoped_tasks_costed
),

classes AS (
    SELECT
        kept,
        count(*) FILTER (is_counted) AS tasks,
        avg(log_usd) AS mean_log,
        var_pop(log_usd) * count(log_usd) AS squares_log,
        count(*) FILTER (is_unknown) AS unknown_cost_tasks,
        count(*) FILTER (NOT is_unknown AND NOT is_counted) AS zero_cost_tasks,
        quantile_cont(usd, [0.1, 0.5, 0.9]) AS usd,
        count(*) FILTER (is_counted AND outcome = 'success') AS successes,
        count(*) FILTER (is_counted AND outcome = 'failure') AS failures
    FROM tasks
    GROUP BY kept
)

SELECT * EXCLUDE (usd, successes, failures), usd[2] AS median_usd, usd[1] AS p10_usd, usd[3] AS p90_usd, successes, failures
FROM classes
ORDER BY kept DESC;
