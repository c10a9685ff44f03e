-- Tasks by one of their tags ($by names the column), of one traffic source or of each. How sure a cost per success is,
-- is said by the functions that the build put into the warehouse: one formula for reports and pages. Their sums run over the
-- tasks of one customer or user together, or over single tasks where there are few such clusters: both are summed once, by
-- cluster, instead of beside each task.
WITH tasks AS (
    SELECT
        traffic_source,
        outcome,
        calls,
        unknown_cost_calls,
        cost_usd,
        latency_ms,
        active_ms,
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

clusters AS (
    SELECT
        traffic_source,
        name,
        count(*) AS tasks,
        sum(cost) AS cost,
        sum(success) AS success,
        sum(cost * cost) AS cost_squared,
        sum(cost * success) AS cost_success,
        sum(success * success) AS success_squared
    FROM tasks
    GROUP BY traffic_source, name, cluster
),

sure AS (
    SELECT
        traffic_source,
        name,
        count(*) >= 5 AS is_clustered,
        if(is_clustered, count(*), sum(tasks)::BIGINT) AS units,
        sum(cost) AS cost,
        sum(success) AS success,
        relative_variance(
            units, sum(cost), sum(success), if(is_clustered, sum(cost * cost), sum(cost_squared)),
            if(is_clustered, sum(cost * success), sum(cost_success)),
            if(is_clustered, sum(success * success), sum(success_squared))
        ) AS variance
    FROM clusters
    GROUP BY traffic_source, name
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
        quantile_cont(cost, [0.5, 0.95]) AS costs,
        quantile_cont(latency_ms, 0.95) AS p95_latency_ms,
        quantile_cont(active_ms, 0.95) AS p95_active_ms,
        is_heavy_tailed(count(*), sum(cost), max(cost)) AS is_heavy_tailed
    FROM tasks
    GROUP BY traffic_source, name
)

SELECT
    groups.* EXCLUDE (costs, p95_latency_ms, p95_active_ms, is_heavy_tailed),
    costs[1] AS p50_task_cost_usd,
    costs[2] AS p95_task_cost_usd,
    p95_latency_ms,
    p95_active_ms,
    is_heavy_tailed,
    sure.units,
    cost_usd / nullif(successes, 0) AS per_success_usd,
    interval_end(-1, units, cost, success, variance) AS ci_low_usd,
    interval_end(1, units, cost, success, variance) AS ci_high_usd,
    cost_usd / nullif(successes + unknown_outcomes, 0) AS bound_low_usd,
    (successes + failures) / tasks AS outcome_coverage
FROM groups
INNER JOIN sure ON groups.traffic_source = sure.traffic_source AND groups.name IS NOT DISTINCT FROM sure.name
ORDER BY
    CASE WHEN $by = 'task_date' THEN groups.name END,
    CASE WHEN $by = 'traffic_source' THEN tasks END DESC,
    cost_usd DESC NULLS LAST,
    groups.name
LIMIT 4000;
