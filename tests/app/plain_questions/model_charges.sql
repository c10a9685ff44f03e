-- What the period's calls were charged by one model's rates, by kind, tier and context tier.
SELECT
    charges.charge_kind, charges.unit, nullif(charges.rated_service_tier, 'standard') AS service_tier,
    nullif(charges.context_tier, 0) AS input_tokens_above, sum(charges.quantity) AS quantity,
    count(DISTINCT charges.call_id) AS calls, sum(charges.contracted_cost_usd) AS cost_usd,
    sum(charges.list_cost_usd) AS list_usd
FROM scoped_calls AS calls
INNER JOIN fct_call_charges AS charges ON calls.call_id = charges.call_id AND calls.date = charges.date
WHERE charges.price_provider = $price_provider AND charges.price_model = $price_model
GROUP BY ALL
ORDER BY cost_usd DESC NULLS LAST, charges.charge_kind;
