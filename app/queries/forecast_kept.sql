-- Month-end forecasts of one scope whose month is over, the newest first.
SELECT made_on, last_on, p10_usd, p50_usd, p90_usd, actual_usd, is_held, is_backfilled
FROM rpt_forecasts_kept
WHERE organization = $of AND scope_kind = $kind AND scope IS NOT DISTINCT FROM $which
    AND horizon = 'month' AND actual_usd IS NOT NULL
ORDER BY made_on DESC
LIMIT 30;
