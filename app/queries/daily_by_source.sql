SELECT day AS date, traffic_source, sum(calls)::BIGINT AS calls, sum(cost_usd) FILTER (calls > unknown_cost_calls) AS cost_usd
FROM scoped_spend
GROUP BY ALL
ORDER BY date, traffic_source;
