-- Forecasts on the sample's newest day: of everything, and of one team; two months' ends
-- that came, one within the range that was said of it first: of September by two forecasts, of October by one a day.
CREATE TABLE rpt_forecast_month_end AS
SELECT
    'acme' AS organization, NULL::VARCHAR AS environment, scope_kind, scope, period_kind, period_start, period_end,
    2.0::DECIMAL(28, 12) AS spent_usd, 4.0::DECIMAL(28, 12) AS mean_usd, 2.5::DECIMAL(28, 12) AS p10_usd,
    3.5::DECIMAL(28, 12) AS p50_usd, 6.25::DECIMAL(28, 12) AS p90_usd, 3.75::DECIMAL(28, 12) AS burn_rate_usd,
    3.625::DECIMAL(28, 12) AS seasonal_naive_usd, 'median' AS method, scope_kind = 'team' AS is_short,
    true AS is_complete, TIMESTAMPTZ '2026-11-22 00:00:00+00' AS made_at
FROM (VALUES ('organization', 'acme'), ('team', 'platform')) AS scopes (scope_kind, scope)
CROSS JOIN (
    VALUES ('month', DATE '2026-11-01', DATE '2026-11-30'), ('quarter', DATE '2026-10-01', DATE '2026-12-31')
) AS periods (period_kind, period_start, period_end)
WHERE (SELECT count(DISTINCT date) FROM fct_calls) > 1;

CREATE TABLE rpt_forecast_daily AS
SELECT
    organization, scope_kind, scope, DATE '2026-11-22' + day::INTEGER AS date, 0.2 AS mean_usd, 0.1 AS p10_usd, 0.2 AS p50_usd,
    0.4 AS p90_usd, (0.1 * (day + 1))::DECIMAL(28, 12) AS through_p10_usd, (0.2 * (day + 1))::DECIMAL(28, 12) AS through_p50_usd,
    (0.4 * (day + 1))::DECIMAL(28, 12) AS through_p90_usd
FROM rpt_forecast_month_end
CROSS JOIN range(40) AS days (day)
WHERE period_kind = 'month';

CREATE TABLE rpt_forecasts_kept AS
SELECT
    'acme' AS organization, 'organization' AS scope_kind, 'acme' AS scope, 'month' AS horizon, made_on, last_on,
    1.0::DECIMAL(28, 12) AS p10_usd, 2.0::DECIMAL(28, 12) AS p50_usd, high::DECIMAL(28, 12) AS p90_usd,
    2.5::DECIMAL(28, 12) AS actual_usd, high >= 2.5 AS is_held, made_on < DATE '2026-10-01' AS is_backfilled
FROM (
    SELECT DATE '2026-10-01' + day::INTEGER AS made_on, DATE '2026-10-31' AS last_on, CASE WHEN day < 20 THEN 3 ELSE 2 END AS high
    FROM range(31) AS days (day)
    UNION ALL
    VALUES (DATE '2026-09-10', DATE '2026-09-30', 2), (DATE '2026-09-20', DATE '2026-09-30', 3)
) AS kept;

CREATE TABLE rpt_forecast_accuracy AS
SELECT
    'acme' AS organization, 'organization' AS scope_kind, 'acme' AS scope, 'month' AS horizon, method,
    count(*) AS n, count(*) FILTER (WHERE NOT is_backfilled) AS n_made_in_time, 1.0 AS mae_usd, wape,
    avg(is_held::INTEGER) FILTER (WHERE method = 'published') AS coverage_80
FROM rpt_forecasts_kept
CROSS JOIN (VALUES ('published', 0.25), ('burn_rate_7', 0.375), ('seasonal_naive_7', 0.5)) AS scores (method, wape)
GROUP BY ALL;

UPDATE rpt_budget_status SET probability_over = 0.6, exhausted_early_on = DATE '2026-11-25', exhausted_on = DATE '2026-11-28'
WHERE budget_id = 'platform-month' AND is_open;
