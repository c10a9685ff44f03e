SELECT spend_class, count(*) AS calls, coalesce(sum(cost_usd), 0)::DECIMAL(38, 12) AS cost_usd
FROM scoped_calls
GROUP BY ALL
ORDER BY cost_usd DESC, spend_class;
