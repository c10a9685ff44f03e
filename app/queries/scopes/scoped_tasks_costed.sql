-- Tasks of one traffic source within the filters, each with its dearest model and its cost: the whole task's, or that of
-- its step $of_step, for tasks that have one. `kept`: how many of the things asked for it shares, in the order of
-- transforms/feature_estimates/reference.py, up to the first that it does not. Grain: task.
SELECT
    tasks.* EXCLUDE (whole_cost_usd) REPLACE (
        CASE WHEN $of_step IS NULL THEN tasks.whole_cost_usd ELSE of_step.cost_usd END AS cost_usd,
        CASE WHEN $of_step IS NULL THEN tasks.own_calls ELSE of_step.calls END AS calls,
        CASE WHEN $of_step IS NULL THEN tasks.own_unknown_cost_calls ELSE of_step.unknown_cost_calls END AS unknown_cost_calls,
        CASE WHEN $of_step IS NULL THEN tasks.model ELSE of_step.model END AS model
    ),
    CASE
        WHEN $for_workflow IS NOT NULL AND tasks.workflow_id IS DISTINCT FROM $for_workflow THEN 0
        WHEN $for_size IS NOT NULL AND tasks.size::VARCHAR IS DISTINCT FROM $for_size THEN 1
        WHEN $for_feature IS NOT NULL AND tasks.feature IS DISTINCT FROM $for_feature THEN 2
        WHEN $for_model IS NOT NULL
            AND CASE WHEN $of_step IS NULL THEN tasks.model ELSE of_step.model END IS DISTINCT FROM $for_model THEN 3
        WHEN $for_like IS NOT NULL AND NOT list_contains($for_like::VARCHAR[], tasks.task_id) THEN 4
        ELSE 5
    END AS kept
FROM scoped_tasks AS tasks
LEFT JOIN (
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
            AND step = $of_step
        GROUP BY ALL
    ) AS by_model
    GROUP BY ALL
) AS of_step USING (organization, task_id, traffic_source)
WHERE tasks.outcome <> 'pending'
    AND tasks.traffic_source = $of_source
    AND CASE WHEN $of_step IS NULL THEN tasks.own_calls ELSE of_step.calls END > 0
