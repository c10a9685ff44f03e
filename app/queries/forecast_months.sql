-- Months of one scope that are over: how many, how many ended within the range that was said first, and how many of these
-- forecasts were made afterwards. Later forecasts of the same month would count it again.
SELECT count(*) AS months, count(*) FILTER (WHERE is_held) AS held, count(*) FILTER (WHERE is_backfilled) AS afterwards,
    max(last_on) AS newest
FROM (
    SELECT last_on, is_held, is_backfilled
    FROM rpt_forecasts_kept
    WHERE organization = $of AND scope_kind = $kind AND scope IS NOT DISTINCT FROM $which
        AND horizon = 'month' AND actual_usd IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY last_on ORDER BY made_on) = 1
) AS firsts;
