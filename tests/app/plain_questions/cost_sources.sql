-- Where the cost of the period's calls comes from: known, zero and unknown told apart.
SELECT
    cost_source, count(*) AS calls, sum(cost_usd) AS cost_usd, count(*) FILTER (cost_usd = 0) AS zero_calls,
    sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) AS tokens
FROM scoped_calls
GROUP BY cost_source
ORDER BY cost_usd DESC NULLS LAST, calls DESC, cost_source;
