-- What can we save without losing quality? (team lead)
SELECT kind, workflow_id, step, model, to_model, calls, cost_usd, saving_usd, low_usd, high_usd, evidence
FROM rpt_opportunities
WHERE saving_usd IS NOT NULL
ORDER BY saving_usd DESC;
