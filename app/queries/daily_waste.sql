SELECT
    day AS date,
    sum(cost_usd) FILTER (calls > unknown_cost_calls) AS cost_usd,
    sum(cost_usd) FILTER (
        calls > unknown_cost_calls
        AND spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')
    ) AS waste_usd
FROM scoped_spend
GROUP BY ALL
ORDER BY date;
