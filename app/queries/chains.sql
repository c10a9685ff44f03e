-- The escalations that lost most before the last model took over.
SELECT date, organization, workflow_id, step, task_id, model_path, attempts, chain_cost_usd, sunk_cost_usd, outcome
FROM scoped_chains
WHERE is_escalation
ORDER BY sunk_cost_usd DESC, started_at DESC, task_id, step
LIMIT 20;
