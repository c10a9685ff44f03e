-- The days ahead of one scope.
SELECT date, mean_usd, p10_usd, p50_usd, p90_usd, through_p10_usd, through_p50_usd, through_p90_usd
FROM rpt_forecast_daily
WHERE organization = $of AND scope_kind = $kind AND scope IS NOT DISTINCT FROM $which
ORDER BY date;
