-- How far month-end forecasts of one scope were off, beside the two usual rules.
SELECT method, n, n_made_in_time, wape, mae_usd, coverage_80
FROM rpt_forecast_accuracy
WHERE organization = $of AND scope_kind = $kind AND scope IS NOT DISTINCT FROM $which
    AND horizon = 'month' AND method IN ('published', 'burn_rate_7', 'seasonal_naive_7')
ORDER BY method != 'published', method;
