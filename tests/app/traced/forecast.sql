SELECT
    row(p50_usd, p10_usd, p90_usd) AS "heading: will end at about {$}, between {$} and {$}",
    p50_usd AS "card Expected for the month: {$}",
    row(p10_usd, p90_usd) AS "range Expected for the month: {$} – {$}",
    spent_usd AS "change Expected for the month: {$} spent in full days",
    burn_rate_usd AS "card If the last week went on: {$}",
    seasonal_naive_usd AS "change If the last week went on: {$} with each day as a week before",
FROM rpt_forecast_month_end
WHERE scope_kind = 'organization' AND period_kind = 'month';

SELECT p50_usd AS "card Expected for the quarter: {$}", row(p10_usd, p90_usd) AS "range Expected for the quarter: {$} – {$}"
FROM rpt_forecast_month_end
WHERE scope_kind = 'organization' AND period_kind = 'quarter';

SELECT wape AS "Off by: {%}", mae_usd AS "Mean miss: {$}", coverage_80 AS "Ranges that held: {%}", n AS "Forecasts: {#}"
FROM rpt_forecast_accuracy;

SELECT
    CAST(made_on AS VARCHAR) AS "Made on", p10_usd AS "Low: {$}", p50_usd AS "Middle: {$}", p90_usd AS "High: {$}",
    actual_usd AS "Came: {$}",
FROM rpt_forecasts_kept
ORDER BY made_on DESC
LIMIT 30;

SELECT spent_usd AS "Spent: {$}", p10_usd AS "Low: {$}", p50_usd AS "Middle: {$}", p90_usd AS "High: {$}", scope AS "Team"
FROM rpt_forecast_month_end
WHERE scope_kind = 'team' AND period_kind = 'month';
