-- What share of each month's bill was production? (FinOps)
SELECT date_trunc('month', date)::DATE AS "month", sum(cost_usd) AS cost_usd,
    sum(cost_usd) FILTER (traffic_source = 'production') AS production_usd,
    sum(cost_usd) FILTER (traffic_source = 'production') / nullif(sum(cost_usd), 0) AS production_share
FROM rpt_traffic_split
GROUP BY ALL
ORDER BY "month" DESC;
