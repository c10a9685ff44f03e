WITH days AS (
    SELECT date >= '2026-10-24' AS is_now, traffic_source, sum(cost_usd) / sum(sum(cost_usd)) OVER (PARTITION BY is_now) AS share
    FROM fct_calls
    WHERE date >= '2026-10-24' OR started_at <= (SELECT max(started_at) FROM fct_calls) - INTERVAL 30 DAY
    GROUP BY is_now, traffic_source
)
SELECT now.traffic_source AS "Traffic source", row(row(now.share, before.share)) AS "Change of share: {pts}",
FROM days AS now, days AS before
WHERE now.traffic_source = before.traffic_source AND now.is_now AND NOT before.is_now;
