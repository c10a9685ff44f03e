-- What did each hour of the newest two days cost, by model? (on call)
SELECT hour_at, model, sum(calls)::BIGINT AS calls, sum(cost_usd) AS cost_usd
FROM rpt_spend_hourly
WHERE date >= (SELECT max(date) FROM rpt_spend_hourly) - 1
GROUP BY hour_at, model
ORDER BY hour_at DESC, cost_usd DESC NULLS LAST;
