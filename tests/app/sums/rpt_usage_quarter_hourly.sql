-- What the table of this name sums from its calls.
SELECT
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
    count(*) AS calls,
    count(*) FILTER (cost_usd IS NULL) AS unknown_cost_calls,
    coalesce(sum(input_tokens), 0)::BIGINT AS input_tokens,
    coalesce(sum(cached_input_tokens), 0)::BIGINT AS cached_input_tokens,
    coalesce(sum(output_tokens), 0)::BIGINT AS output_tokens,
    coalesce(sum(cost_usd), 0)::DECIMAL(28, 12) AS cost_usd
FROM fct_calls
GROUP BY ALL
