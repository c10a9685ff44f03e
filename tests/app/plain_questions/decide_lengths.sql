-- Calls within the filters by how long their answers are.
WITH answered AS (
    SELECT
        coalesce(input_tokens, 0) AS input_tokens,
        output_tokens,
        cost_usd,
        CASE
            WHEN output_tokens <= 100 THEN 100
            WHEN output_tokens <= 250 THEN 250
            WHEN output_tokens <= 500 THEN 500
            WHEN output_tokens <= 1000 THEN 1000
            WHEN output_tokens <= 2000 THEN 2000
            WHEN output_tokens <= 4000 THEN 4000
        END AS up_to
    FROM scoped_calls
    WHERE output_tokens > 0 AND cost_usd IS NOT NULL
)

SELECT
    up_to::BIGINT AS up_to,
    count(*) AS requests,
    sum(input_tokens)::BIGINT AS input_tokens,
    sum(output_tokens)::BIGINT AS output_tokens,
    sum(cost_usd)::DECIMAL(28, 12) AS api_usd
FROM answered
GROUP BY up_to
ORDER BY up_to NULLS LAST;
