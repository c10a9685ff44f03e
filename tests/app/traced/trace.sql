SELECT
    trace_id AS "Trace", sum(cost_usd) AS "Cost: {$}", count(*) AS "Calls: {#}",
    strftime(min(started_at), '%Y-%m-%d %H:%M') AS "Start (UTC)",
FROM fct_calls
GROUP BY trace_id
ORDER BY sum(cost_usd) DESC NULLS LAST
LIMIT 20;
