SELECT
    traffic_source AS "Traffic source",
    sum(cost_usd) AS "Spend: {$}",
    row(CASE WHEN sum(unknown_cost_calls) > 0 THEN '≥ ' ELSE '' END, sum(cost_usd) / count(*) FILTER (outcome = 'success'))
        AS "Cost per success: {}{$}",
    row(count(*) FILTER (outcome = 'success'), count(*)) AS "Successes: {#} of {#}",
    count(*) FILTER (outcome <> 'unknown') / count(*) AS "Known: {%}",
    row(quantile_cont(cost_usd, 0.5), quantile_cont(cost_usd, 0.95)) AS "p50 · p95 task: {$} · {$}",
    row(quantile_cont(latency_ms, 0.95), quantile_cont(active_ms, 0.95)) AS "p95 latency: {ms} · {ms}",
FROM fct_tasks
GROUP BY traffic_source;
