-- Spend by weekday (1 is Monday) and hour of the day, by the clock of the zone $tz. Grain: weekday and hour that have a call.
WITH quarters AS (
    SELECT timezone($tz, quarter_at) AS local_at, day, calls, cost_usd
    FROM scoped_spend
)

SELECT
    isodow(local_at)::INTEGER AS weekday,
    hour(local_at)::INTEGER AS hour,
    sum(calls)::BIGINT AS calls,
    sum(cost_usd)::DECIMAL(38, 12) AS cost_usd,
    (SELECT min(day) FROM quarters) AS first_day
FROM quarters
GROUP BY ALL
ORDER BY weekday, hour;
