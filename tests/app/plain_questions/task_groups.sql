-- Tasks by one of their tags ($by names the column), of one traffic source or of each. How sure a cost per success is,
-- is said by the functions that the build put into the warehouse: one formula for reports and pages.
WITH tasks AS (
    SELECT
        *,
        CASE $by
            WHEN 'traffic_source' THEN traffic_source
            WHEN 'task_date' THEN day::VARCHAR
            WHEN 'workflow_id' THEN workflow_id
            WHEN 'prompt_version' THEN prompt_version
            WHEN 'team' THEN team
            WHEN 'project' THEN project
            WHEN 'feature' THEN feature
            WHEN 'size' THEN size::VARCHAR
        END AS name,
        cost_usd::DOUBLE AS cost,
        (outcome = 'success')::DOUBLE AS success,
        cluster_of(customer_id, user_id, task_id) AS cluster
    FROM scoped_tasks
    WHERE outcome <> 'pending' AND ($of_source IS NULL OR traffic_source = $of_source)
),

clustered AS (
    SELECT
        *,
        sum(cost) OVER (PARTITION BY traffic_source, name, cluster) AS cluster_cost,
        sum(success) OVER (PARTITION BY traffic_source, name, cluster) AS cluster_successes
    FROM tasks
),

groups AS (
    SELECT
        traffic_source,
        name,
        count(*) AS tasks,
        count(*) FILTER (outcome = 'success') AS successes,
        count(*) FILTER (outcome = 'failure') AS failures,
        count(*) FILTER (outcome = 'unknown') AS unknown_outcomes,
        count(*) FILTER (unknown_cost_calls > 0 OR calls = 0) AS unknown_cost_tasks,
        sum(cost_usd) AS cost_usd,
        quantile_cont(cost, 0.5) FILTER ($is_spread) AS p50_task_cost_usd,
        quantile_cont(cost, 0.95) FILTER ($is_spread) AS p95_task_cost_usd,
        quantile_cont(latency_ms, 0.95) FILTER ($is_spread) AS p95_latency_ms,
        quantile_cont(active_ms, 0.95) FILTER ($is_spread) AS p95_active_ms,
        is_heavy_tailed(count(*), sum(cost), max(cost)) AS is_heavy_tailed,
        unit_count(cluster) AS units,
        sum(cost) AS cost,
        sum(success) AS success,
        relative_variance(
            unit_count(cluster), sum(cost), sum(success), unit_sum(cost, cost, cluster_cost, cluster),
            unit_sum(cost, success, cluster_successes, cluster), unit_sum(success, success, cluster_successes, cluster)
        ) AS variance
    FROM clustered
    GROUP BY traffic_source, name
)

SELECT
    * EXCLUDE (cost, success, variance),
    cost_usd / nullif(successes, 0) AS per_success_usd,
    interval_end(-1, units, cost, success, variance) AS ci_low_usd,
    interval_end(1, units, cost, success, variance) AS ci_high_usd,
    cost_usd / nullif(successes + unknown_outcomes, 0) AS bound_low_usd,
    (successes + failures) / tasks AS outcome_coverage
FROM groups
ORDER BY
    CASE WHEN $by = 'task_date' THEN name END,
    CASE WHEN $by = 'traffic_source' THEN tasks END DESC,
    cost_usd DESC NULLS LAST,
    name
LIMIT 4000;
