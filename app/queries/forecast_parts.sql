-- What the parts of an organization will have cost at the month's end, by one kind of scope.
SELECT scope, spent_usd, p10_usd, p50_usd, p90_usd, is_short
FROM rpt_forecast_month_end
WHERE organization = $of AND scope_kind = $part AND period_kind = 'month'
ORDER BY p50_usd DESC, scope;
