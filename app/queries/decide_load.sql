-- Calls within the filters by hour.
SELECT
    count(*) AS requests,
    coalesce(sum(input_tokens), 0)::BIGINT AS input_tokens,
    coalesce(sum(output_tokens), 0)::BIGINT AS output_tokens,
    coalesce(sum(cost_usd), 0)::DECIMAL(28, 12) AS api_usd
FROM scoped_calls
GROUP BY date_trunc('hour', started_at)
ORDER BY date_trunc('hour', started_at);
