-- Calls within the filters with an answer and a known cost, by hour: the same ones as in `decide_lengths`.
SELECT
    count(*) AS requests,
    coalesce(sum(input_tokens), 0)::BIGINT AS input_tokens,
    sum(output_tokens)::BIGINT AS output_tokens,
    sum(cost_usd)::DECIMAL(28, 12) AS api_usd
FROM scoped_calls
WHERE output_tokens > 0 AND cost_usd IS NOT NULL
GROUP BY date_trunc('hour', started_at)
ORDER BY date_trunc('hour', started_at);
