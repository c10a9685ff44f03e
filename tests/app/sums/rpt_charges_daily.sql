-- What the table of this name sums from its charges.
SELECT
    calls.date,
    calls.organization,
    calls.environment,
    calls.team,
    calls.project,
    calls.workflow_id,
    calls.model,
    calls.traffic_source,
    charges.price_provider,
    charges.price_model,
    charges.charge_kind,
    charges.unit,
    charges.rated_service_tier,
    charges.context_tier,
    count(DISTINCT charges.call_id) AS calls,
    sum(charges.quantity)::DECIMAL(28, 12) AS quantity,
    sum(charges.contracted_cost_usd)::DECIMAL(28, 12) AS contracted_cost_usd,
    sum(charges.list_cost_usd)::DECIMAL(28, 12) AS list_cost_usd
FROM fct_calls AS calls
INNER JOIN fct_call_charges AS charges ON calls.call_id = charges.call_id AND calls.date = charges.date
WHERE charges.price_model IS NOT NULL
GROUP BY ALL
