-- One row per provider and model called in the period: what its calls cost and by which rates. The cost of a million
-- tokens has the same calls above and below the line: those whose cost and tokens are both known, with every token they
-- read and wrote (cache reads and writes are in the input, reasoning in the output). Replays from a response cache are in
-- neither part.
WITH used AS (
    SELECT calls.provider, calls.model, charges.price_provider, charges.price_model, charges.price_id, count(*) AS lines
    FROM scoped_calls AS calls
    INNER JOIN fct_call_charges AS charges ON calls.call_id = charges.call_id AND calls.date = charges.date
    WHERE charges.price_id IS NOT NULL
    GROUP BY ALL
),

rates AS (
    SELECT price_id, any_value(rate_class) AS rate_class, max(checked_on) AS checked_on
    FROM dim_prices
    GROUP BY price_id
),

rated AS (
    SELECT
        used.provider, used.model,
        arg_max({provider: used.price_provider, model: used.price_model}, used.lines) AS card,
        list_sort(list(DISTINCT rates.rate_class)) AS rate_classes,
        min(rates.checked_on) AS checked_on
    FROM used
    INNER JOIN rates ON used.price_id = rates.price_id
    GROUP BY used.provider, used.model
),

spent AS (
    SELECT
        provider, model, count(*) AS calls, sum(cost_usd) AS cost_usd,
        count(*) FILTER (cost_usd IS NULL) AS unknown_cost_calls,
        sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) AS tokens,
        list_sort(list(DISTINCT cost_source)) AS cost_sources,
        sum(cost_usd) FILTER (
            is_usage_known AND cost_usd IS NOT NULL AND cost_source <> 'response_cache'
        ) AS covered_usd,
        sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FILTER (
            is_usage_known AND cost_usd IS NOT NULL AND cost_source <> 'response_cache'
        ) AS covered_tokens,
        sum(list_cost_usd) FILTER (cost_usd IS NOT NULL) AS list_usd
    FROM scoped_calls
    GROUP BY provider, model
)

SELECT
    spent.* REPLACE (nullif(spent.model, '') AS model),
    rated.card.provider AS price_provider, rated.card.model AS price_model, rated.rate_classes, rated.checked_on,
    spent.covered_usd * 1000000 / nullif(spent.covered_tokens, 0) AS usd_per_million
FROM spent
LEFT JOIN rated ON spent.provider IS NOT DISTINCT FROM rated.provider AND spent.model IS NOT DISTINCT FROM rated.model
ORDER BY spent.cost_usd DESC NULLS LAST, spent.calls DESC, spent.model;
