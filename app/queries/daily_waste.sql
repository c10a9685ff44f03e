SELECT
    date,
    sum(cost_usd) AS cost_usd,
    sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')) AS waste_usd
FROM scoped_calls
GROUP BY ALL
ORDER BY date;
