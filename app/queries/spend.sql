-- One row: the period's spend and what is known about it.
SELECT
    count(*) AS calls,
    sum(cost_usd) AS cost_usd,
    count(*) FILTER (cost_usd IS NULL) AS unknown_cost_calls,
    sum(cost_usd) FILTER (traffic_source = 'production') AS production_usd,
    sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')) AS waste_usd,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens
FROM scoped_calls;
