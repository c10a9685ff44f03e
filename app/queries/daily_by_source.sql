SELECT date, traffic_source, count(*) AS calls, sum(cost_usd) AS cost_usd
FROM scoped_calls
GROUP BY ALL
ORDER BY date, traffic_source;
