-- Every rate ever known for one model, with both clocks; open ends are null.
SELECT
    price_id, token_kind, unit, rate_class, nullif(service_tier, 'standard') AS service_tier, region,
    nullif(input_tokens_above, -1) AS input_tokens_above, time_from, time_to, unit_price_usd, currency, unit_price,
    nullif(valid_from, TIMESTAMPTZ '1970-01-01 00:00:00+00') AS valid_from,
    nullif(valid_to, TIMESTAMPTZ '9999-01-01 00:00:00+00') AS valid_to,
    known_at, withdrawn_at, source, source_url, checked_on
FROM dim_prices
WHERE price_provider = $price_provider AND price_model = $price_model
ORDER BY
    withdrawn_at IS NOT NULL, rate_class, service_tier NULLS FIRST, region NULLS FIRST, input_tokens_above NULLS FIRST,
    list_position(['input', 'cache_read', 'cache_write', 'cache_write_1h', 'output', 'output_reasoning', 'request'], token_kind) NULLS LAST,
    token_kind, time_from NULLS FIRST, valid_from NULLS FIRST, known_at;
