-- A counter is of its budget.
SELECT *
FROM whole.main.rpt_budget_status
WHERE budget_id IN (SELECT budget_id FROM dim_budgets);
