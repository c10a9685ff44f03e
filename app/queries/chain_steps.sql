-- Changes of model by workflow, step and the models they went from and to.
SELECT
    workflow_id,
    step,
    traffic_source,
    first_model,
    last_model,
    count(*) AS tasks,
    count(*) FILTER (outcome = 'success') AS successes,
    sum(attempts)::BIGINT AS attempts,
    sum(chain_cost_usd) AS chain_cost_usd,
    sum(sunk_cost_usd) AS sunk_cost_usd,
    coalesce(is_escalation, false) AS is_escalation
FROM scoped_chains
GROUP BY ALL
ORDER BY sunk_cost_usd DESC, workflow_id, step, first_model, last_model, traffic_source
LIMIT 15;
