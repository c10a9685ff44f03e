-- Where are we against our budgets? (team lead)
SELECT budget_id, scope, window_start, spent_usd, limit_usd, share_used, state, probability_over
FROM rpt_budget_status
WHERE is_open AND is_in_force AND unit = 'usd'
ORDER BY share_used DESC NULLS LAST;
