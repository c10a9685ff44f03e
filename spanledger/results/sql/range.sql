-- The days that are read and judged: history from first_day, judged from judged_day up to until_day (excluded).
create or replace temp table anomaly_range as
select
    $first_day::date as first_day,
    $judged_day::date as judged_day,
    $until_day::date as until_day,
    $step_seconds::bigint as step_seconds,
    $least_usd::double as least_usd,
    $least_share::double as least_share,
    $floor_days::bigint as floor_days
