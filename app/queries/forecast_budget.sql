-- The open monthly budget in US dollars that counts exactly one scope, as its version in force says: the one nearest to
-- its limit. What counts all organizations is a scope's budget where there is one organization only.
SELECT status.budget_id, status.limit_usd, status.spent_usd, status.probability_over, status.exhausted_on,
    status.exhausted_early_on, status.exhausted_late_on
FROM rpt_budget_status AS status
INNER JOIN dim_budgets AS budgets ON status.budget_id = budgets.budget_id
WHERE status.is_open AND status.is_in_force AND status.window_kind = 'month' AND status.unit = 'usd'
    AND status.counter_key = '' AND budgets.withdrawn_at IS NULL
    AND coalesce(budgets.valid_from <= (SELECT built_at FROM build_info), true)
    AND coalesce(budgets.valid_to > (SELECT built_at FROM build_info), true)
    AND CASE
        WHEN budgets.organization IS NULL THEN (SELECT count(DISTINCT organization) FROM rpt_forecast_month_end) = 1
        ELSE budgets.organization = $of
    END
    AND budgets.environment IS NOT DISTINCT FROM CASE $kind WHEN 'environment' THEN $which END
    AND budgets.team IS NOT DISTINCT FROM CASE $kind WHEN 'team' THEN $which END
    AND budgets.project IS NOT DISTINCT FROM CASE $kind WHEN 'project' THEN $which END
    AND budgets.workflow_id IS NOT DISTINCT FROM CASE $kind WHEN 'workflow' THEN $which END
    AND budgets.model IS NOT DISTINCT FROM CASE $kind WHEN 'model' THEN $which END
    AND budgets.traffic_source IS NOT DISTINCT FROM CASE $kind WHEN 'traffic_source' THEN $which END
    AND coalesce(budgets.service_name, budgets.feature, budgets.customer_id, budgets.user_id, budgets.workflow_run_id,
        budgets.task_id, budgets.agent_name) IS NULL
ORDER BY status.share_used DESC NULLS LAST, status.budget_id
LIMIT 1;
