-- What the table of this name sums from its calls.
SELECT
    date,
    organization,
    environment,
    team,
    project,
    workflow_id,
    step,
    model,
    provider,
    traffic_source,
    spend_class,
    cost_source,
    cost_center,
    feature,
    count(*) AS calls,
    count(*) FILTER (cost_usd IS NULL) AS unknown_cost_calls,
    count(*) FILTER (cost_usd = 0) AS zero_cost_calls,
    coalesce(sum(input_tokens), 0)::BIGINT AS input_tokens,
    coalesce(sum(output_tokens), 0)::BIGINT AS output_tokens,
    (sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) FILTER (
        is_usage_known AND cost_usd IS NOT NULL AND cost_source <> 'response_cache'
    ))::BIGINT AS covered_tokens,
    (sum(cost_usd) FILTER (is_usage_known AND cost_source <> 'response_cache'))::DECIMAL(28, 12) AS covered_cost_usd,
    (sum(list_cost_usd) FILTER (cost_usd IS NOT NULL))::DECIMAL(28, 12) AS list_cost_usd,
    coalesce(sum(cost_usd), 0)::DECIMAL(28, 12) AS cost_usd
FROM fct_calls
GROUP BY ALL
