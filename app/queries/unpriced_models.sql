SELECT
    nullif(model, '') AS model, provider, count(*) AS calls, sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens, max(day) AS last_date
FROM scoped_calls
WHERE cost_source = 'unpriced'
GROUP BY ALL
ORDER BY calls DESC, model, provider
LIMIT 50;
