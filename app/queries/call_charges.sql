-- What one call was charged, line by line, with the rate of each line.
WITH rates AS (
    SELECT
        price_id, any_value(rate_class) AS rate_class, any_value(region) AS region,
        any_value(time_from) AS time_from, any_value(time_to) AS time_to, arg_max(source, known_at) AS source,
        arg_max(source_url, known_at) AS source_url, max(checked_on) AS checked_on
    FROM dim_prices
    GROUP BY price_id
)

SELECT
    charges.usage_number, charges.charge_kind, charges.quantity, charges.unit, charges.contracted_unit_price,
    charges.list_unit_price, charges.contracted_cost_usd AS metered_usd,
    charges.effective_cost_usd AS cost_usd, charges.price_provider, charges.price_model,
    nullif(charges.rated_service_tier, 'standard') AS service_tier,
    nullif(charges.context_tier, 0) AS input_tokens_above, rates.region, rates.time_from, rates.time_to,
    rates.rate_class, rates.source, rates.source_url, rates.checked_on
FROM fct_call_charges AS charges
LEFT JOIN rates ON charges.price_id = rates.price_id
WHERE charges.call_id = $call_id AND charges.date = $date
ORDER BY
    charges.usage_number = 0, charges.usage_number,
    list_position(
        ['input', 'cache_read', 'cache_write', 'cache_write_1h', 'output', 'output_reasoning', 'request'],
        charges.charge_kind
    ) NULLS LAST,
    charges.charge_kind;
