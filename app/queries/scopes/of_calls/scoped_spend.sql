-- The same from the calls themselves, where filters are set that sums do not know. Grain: call.
SELECT
    day,
    date,
    time_bucket(INTERVAL 15 MINUTE, started_at) AS quarter_at,
    organization,
    environment,
    team,
    project,
    workflow_id,
    model,
    traffic_source,
    spend_class,
    1::BIGINT AS calls,
    (cost_usd IS NULL)::BIGINT AS unknown_cost_calls,
    coalesce(input_tokens, 0) AS input_tokens,
    coalesce(cached_input_tokens, 0) AS cached_input_tokens,
    coalesce(output_tokens, 0) AS output_tokens,
    coalesce(cost_usd, 0)::DECIMAL(28, 12) AS cost_usd
FROM scoped_calls
