-- Where the cost of the period's calls comes from: known, zero and unknown told apart.
SELECT
    cost_source,
    sum(calls)::BIGINT AS calls,
    sum(cost_usd) FILTER (calls > unknown_cost_calls) AS cost_usd,
    sum(zero_cost_calls)::BIGINT AS zero_calls,
    sum(input_tokens + output_tokens) AS tokens
FROM scoped_sums
GROUP BY cost_source
ORDER BY cost_usd DESC NULLS LAST, calls DESC, cost_source;
