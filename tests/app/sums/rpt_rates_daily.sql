-- What the table of this name counts from its charges.
SELECT
    calls.date,
    calls.organization,
    calls.environment,
    calls.team,
    calls.project,
    calls.workflow_id,
    calls.model,
    calls.provider,
    calls.traffic_source,
    charges.price_provider,
    charges.price_model,
    charges.price_id,
    count(*) AS lines,
    coalesce(sum(charges.effective_cost_usd) FILTER (WHERE calls.cost_source = 'computed'), 0) AS computed_cost_usd
FROM fct_calls AS calls
INNER JOIN fct_call_charges AS charges ON calls.call_id = charges.call_id AND calls.date = charges.date
WHERE charges.price_id IS NOT NULL
GROUP BY ALL
