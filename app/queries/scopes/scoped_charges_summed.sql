-- What calls were charged by each model's rates, as rpt_charges_daily sums them. Grain: that of rpt_charges_daily.
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
FROM scoped_calls_cut AS calls
INNER JOIN scoped_charges_cut AS charges ON calls.call_id = charges.call_id AND calls.date = charges.date
WHERE charges.price_model IS NOT NULL
GROUP BY ALL
