SELECT spend_class, sum(calls)::BIGINT AS calls, coalesce(sum(cost_usd), 0)::DECIMAL(38, 12) AS cost_usd
FROM scoped_spend
GROUP BY ALL
ORDER BY cost_usd DESC, spend_class;
