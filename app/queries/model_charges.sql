-- What the period's calls were charged by one model's rates, by kind, tier and context tier.
SELECT
    charge_kind, unit, nullif(rated_service_tier, 'standard') AS service_tier,
    nullif(context_tier, 0) AS input_tokens_above, sum(quantity) AS quantity,
    sum(calls)::BIGINT AS calls, sum(contracted_cost_usd) AS cost_usd,
    sum(list_cost_usd) AS list_usd
FROM scoped_charges
WHERE price_provider = $price_provider AND price_model = $price_model
GROUP BY ALL
ORDER BY cost_usd DESC NULLS LAST, charge_kind;
