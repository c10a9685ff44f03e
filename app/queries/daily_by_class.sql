SELECT day AS date, spend_class, sum(calls)::BIGINT AS calls, sum(cost_usd) FILTER (calls > unknown_cost_calls) AS cost_usd
FROM scoped_spend
GROUP BY ALL
ORDER BY date, spend_class;
