-- Tasks by one of their tags ($by names the column), of one traffic source or of each. How sure a cost per success is,
-- is said by the functions that the build put into the warehouse: one formula for reports and pages. Their sums run over the
-- tasks of one customer or user together, or over single tasks where there are few such clusters. Tasks of nobody are
-- clusters of one: they are summed as they are, and no customer's tasks beside each other.
-- Whole days are sums already, but not by days of another zone than UTC.
WITH single_tasks AS (
    SELECT * FROM scoped_tasks_cut
    WHERE $tz = 'UTC' OR $by <> 'task_date'
    UNION ALL
    SELECT * FROM scoped_tasks
    WHERE $tz <> 'UTC' AND $by = 'task_date'
),

customers AS (
    SELECT * FROM scoped_customer_tasks
    WHERE $tz = 'UTC' OR $by <> 'task_date'
    UNION ALL BY NAME
    SELECT
        day,
        workflow_id,
        team,
        project,
        prompt_version,
        feature,
        size,
        traffic_source,
        shared_by(customer_id, user_id) AS shared_by,
        1 AS tasks,
        (outcome = 'success')::BIGINT AS successes,
        (outcome = 'failure')::BIGINT AS failures,
        (unknown_cost_calls > 0 OR calls = 0)::BIGINT AS unknown_cost_tasks,
        cost_usd,
        if(outcome = 'success', cost_usd, 0) AS success_cost_usd,
        cost_usd::DOUBLE * cost_usd::DOUBLE AS cost_squared,
        cost_usd AS max_task_cost_usd
    FROM single_tasks
    WHERE outcome <> 'pending'
),

named AS MATERIALIZED (
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
        END AS name
    FROM customers
    WHERE $of_source IS NULL OR traffic_source = $of_source
),

shared AS (
    SELECT
        traffic_source,
        name,
        count(*) AS clusters,
        sum(cost * cost) AS cost_squared,
        sum(cost * successes) AS cost_success,
        sum(successes * successes) AS success_squared
    FROM (
        SELECT traffic_source, name, sum(cost_usd::DOUBLE) AS cost, sum(successes::DOUBLE) AS successes
        FROM named
        WHERE shared_by IS NOT NULL
        GROUP BY traffic_source, name, shared_by
    )
    GROUP BY traffic_source, name
),

sums AS (
    SELECT
        traffic_source,
        name,
        sum(tasks)::BIGINT AS tasks,
        sum(successes)::BIGINT AS successes,
        sum(failures)::BIGINT AS failures,
        sum(unknown_cost_tasks)::BIGINT AS unknown_cost_tasks,
        sum(cost_usd) AS cost_usd,
        sum(cost_usd)::DOUBLE AS cost,
        max(max_task_cost_usd)::DOUBLE AS dearest,
        coalesce(sum(tasks) FILTER (shared_by IS NULL), 0) AS single_tasks,
        sum(cost_squared) AS cost_squared,
        sum(success_cost_usd)::DOUBLE AS cost_success,
        coalesce(sum(cost_squared) FILTER (shared_by IS NULL), 0) AS single_cost_squared,
        coalesce(sum(success_cost_usd) FILTER (shared_by IS NULL), 0)::DOUBLE AS single_cost_success,
        coalesce(sum(successes) FILTER (shared_by IS NULL), 0)::DOUBLE AS single_successes
    FROM named
    GROUP BY traffic_source, name
),

sure AS (
    SELECT
        sums.*,
        coalesce(shared.clusters, 0) + single_tasks >= 5 AS is_clustered,
        if(is_clustered, coalesce(shared.clusters, 0) + single_tasks, tasks)::BIGINT AS units,
        relative_variance(
            units, cost, successes::DOUBLE,
            if(is_clustered, coalesce(shared.cost_squared, 0) + single_cost_squared, sums.cost_squared),
            if(is_clustered, coalesce(shared.cost_success, 0) + single_cost_success, sums.cost_success),
            if(is_clustered, coalesce(shared.success_squared, 0) + single_successes, successes)::DOUBLE
        ) AS variance
    FROM sums
    LEFT JOIN shared ON sums.traffic_source = shared.traffic_source AND sums.name IS NOT DISTINCT FROM shared.name
),

-- Only where they are shown ($is_spread): to put tasks in order takes longer than to sum them.
spread AS (
    SELECT
        traffic_source,
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
        quantile_cont(cost_usd::DOUBLE, [0.5, 0.95]) AS costs,
        quantile_cont(latency_ms, 0.95) AS p95_latency_ms,
        quantile_cont(active_ms, 0.95) AS p95_active_ms
    FROM scoped_tasks
    WHERE $is_spread AND outcome <> 'pending' AND ($of_source IS NULL OR traffic_source = $of_source)
    GROUP BY ALL
)

SELECT
    sure.traffic_source,
    sure.name,
    tasks,
    successes,
    failures,
    tasks - successes - failures AS unknown_outcomes,
    unknown_cost_tasks,
    cost_usd,
    costs[1] AS p50_task_cost_usd,
    costs[2] AS p95_task_cost_usd,
    p95_latency_ms,
    p95_active_ms,
    is_heavy_tailed(tasks, cost, dearest) AS is_heavy_tailed,
    units,
    cost_usd / nullif(successes, 0) AS per_success_usd,
    interval_end(-1, units, cost, successes, variance) AS ci_low_usd,
    interval_end(1, units, cost, successes, variance) AS ci_high_usd,
    cost_usd / nullif(successes + unknown_outcomes, 0) AS bound_low_usd,
    (successes + failures) / tasks AS outcome_coverage
FROM sure
LEFT JOIN spread ON sure.traffic_source = spread.traffic_source AND sure.name IS NOT DISTINCT FROM spread.name
ORDER BY
    CASE WHEN $by = 'task_date' THEN sure.name END,
    CASE WHEN $by = 'traffic_source' THEN tasks END DESC,
    cost_usd DESC NULLS LAST,
    sure.name
LIMIT 4000;
