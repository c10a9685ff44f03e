-- What should the invoice of each provider say, by month? (FinOps)
SELECT date_trunc('month', date)::DATE AS "month", provider, count(*) AS calls, sum(cost_usd) AS cost_usd,
    count(*) FILTER (cost_usd IS NULL) AS unknown_cost_calls
FROM fct_calls
GROUP BY ALL
ORDER BY "month" DESC, cost_usd DESC NULLS LAST;
