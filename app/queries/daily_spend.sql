SELECT date, sum(cost_usd) AS cost_usd FROM scoped_calls GROUP BY ALL ORDER BY date;
