-- Past tasks by how much they share with the planned ones. Logarithms are of US dollars, over the tasks whose
-- cost is known and above zero; the others are counted beside them. Grain: kept.
WITH costed AS (
    -- Tasks of one traffic source within the filters, each with its dearest model and its cost: the whole task's, or that of
    -- its step $of_step, for tasks that have one. `kept`: how many of the things asked for it shares, in the order of
    -- transforms/feature_estimates/reference.py, up to the first that it does not. Grain: task.
    SELECT
        tasks.* EXCLUDE (model) REPLACE (
            costed.cost_usd AS cost_usd,
            costed.calls AS calls,
            costed.unknown_cost_calls AS unknown_cost_calls
        ),
        costed.model,
        CASE
            WHEN $for_workflow IS NOT NULL AND tasks.workflow_id IS DISTINCT FROM $for_workflow THEN 0
            WHEN $for_size IS NOT NULL AND tasks.size::VARCHAR IS DISTINCT FROM $for_size THEN 1
            WHEN $for_feature IS NOT NULL AND tasks.feature IS DISTINCT FROM $for_feature THEN 2
            WHEN $for_model IS NOT NULL AND costed.model IS DISTINCT FROM $for_model THEN 3
            WHEN $for_like IS NOT NULL AND NOT list_contains($for_like::VARCHAR[], tasks.task_id) THEN 4
            ELSE 5
        END AS kept
    FROM scoped_tasks AS tasks
    INNER JOIN (
        SELECT
            organization,
            task_id,
            traffic_source,
            arg_max(model, (coalesce(model_cost_usd, 0), model)) AS model,
            coalesce(sum(model_cost_usd), 0)::DECIMAL(28, 12) AS cost_usd,
            sum(model_calls)::BIGINT AS calls,
            sum(model_unknown)::BIGINT AS unknown_cost_calls
        FROM (
            SELECT
                organization,
                task_id,
                traffic_source,
                model,
                sum(cost_usd) AS model_cost_usd,
                count(*) AS model_calls,
                count(*) FILTER (cost_usd IS NULL) AS model_unknown
            FROM fct_calls
            WHERE date >= $first::DATE - 1
                AND traffic_source = task_traffic_source
                AND traffic_source = $of_source
                AND ($of_step IS NULL OR step = $of_step)
            GROUP BY ALL
        ) AS by_model
        GROUP BY ALL
    ) AS costed USING (organization, task_id, traffic_source)
    WHERE tasks.outcome <> 'pending'
)

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
    FROM costed
) AS tasks
GROUP BY kept
ORDER BY kept DESC;
