SELECT
    nullif(model, '') AS model, any_value(provider) AS provider, count(*) AS calls, sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens
FROM scoped_calls
WHERE cost_source = 'unpriced'
GROUP BY ALL
ORDER BY calls DESC, model
LIMIT 50;
