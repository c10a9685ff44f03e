-- Will the month hold? The middle and eight in ten, by team (team lead)
SELECT scope_kind, scope, period_start, spent_usd, p10_usd, p50_usd, p90_usd
FROM rpt_forecast_month_end
WHERE period_kind = 'month' AND scope_kind IN ('organization', 'team')
ORDER BY scope_kind, p50_usd DESC;
