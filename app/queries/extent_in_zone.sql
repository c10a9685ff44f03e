-- The days the data spans by the calendar of the zone $tz, whatever the filters. `covered_from` is the first that holds
-- whole days of UTC alone: the data's first UTC day counts as whole, a day that begins before it does not.
SELECT
    timezone($tz, min(quarter_at))::DATE AS first_day,
    timezone($tz, max(quarter_at))::DATE AS last_day,
    timezone($tz, timezone('UTC', min(date) + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND))::DATE AS covered_from,
    (SELECT max(started_at) FROM fct_calls WHERE date = (SELECT max(date) FROM rpt_usage_quarter_hourly)) AS until_at,
    sum(calls)::BIGINT AS calls
FROM rpt_usage_quarter_hourly;
