-- One row: the period's spend and what is known about it.
SELECT
    coalesce(sum(calls), 0)::BIGINT AS calls,
    sum(cost_usd) FILTER (calls > unknown_cost_calls) AS cost_usd,
    coalesce(sum(unknown_cost_calls), 0)::BIGINT AS unknown_cost_calls,
    sum(cost_usd) FILTER (calls > unknown_cost_calls AND traffic_source = 'production') AS production_usd,
    sum(cost_usd) FILTER (
        calls > unknown_cost_calls AND spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')
    ) AS waste_usd,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens
FROM scoped_spend;
