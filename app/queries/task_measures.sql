-- Cost per successful task of each traffic source over the period.
-- Interval: Taylor linearisation of the ratio of two sums over tasks, 95 %.
WITH judged AS (
    SELECT *, (outcome = 'success')::INTEGER AS succeeded FROM scoped_tasks WHERE outcome <> 'pending'
),

totals AS (
    SELECT
        traffic_source,
        count(*) AS tasks,
        sum(succeeded) AS successes,
        count(*) FILTER (outcome = 'failure') AS failures,
        count(*) FILTER (outcome = 'unknown') AS unknown_outcomes,
        count(*) FILTER (unknown_cost_calls > 0 OR calls = 0) AS unknown_cost_tasks,
        sum(cost_usd) AS cost_usd,
        sum(cost_usd) / nullif(sum(succeeded), 0) AS per_success_usd,
        quantile_cont(latency_ms, 0.95) AS p95_latency_ms,
        quantile_cont(cost_usd::DOUBLE, 0.95) AS p95_task_cost_usd,
        quantile_cont(cost_usd::DOUBLE, 0.5) AS p50_task_cost_usd
    FROM judged
    GROUP BY traffic_source
),

spread AS (
    SELECT
        traffic_source,
        sqrt(sum((judged.cost_usd - totals.per_success_usd * judged.succeeded) ** 2)
            * any_value(totals.tasks) / nullif(any_value(totals.tasks) - 1, 0)) / any_value(totals.successes) AS error_usd
    FROM judged
    JOIN totals USING (traffic_source)
    WHERE totals.successes > 0
    GROUP BY traffic_source
)

SELECT
    totals.*,
    CASE WHEN error_usd IS NOT NULL THEN greatest(per_success_usd - 1.96 * error_usd, 0) END AS ci_low_usd,
    per_success_usd + 1.96 * error_usd AS ci_high_usd,
    cost_usd / nullif(successes + unknown_outcomes, 0) AS bound_low_usd
FROM totals
LEFT JOIN spread USING (traffic_source)
ORDER BY tasks DESC;
