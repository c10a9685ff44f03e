SELECT
    row(count(*), sum(cost_usd)) AS "heading: {#} calls, {$}",
FROM fct_calls;

SELECT
    workflow_id AS "Workflow",
    sum(cost_usd) AS "Spend: {$}",
    sum(cost_usd) / (SELECT sum(cost_usd) FROM fct_calls) AS "Share: {%}",
    count(*) AS "Calls: {#}",
    avg(cost_usd) AS "Per call: {$}",
    sum(input_tokens) AS "Tokens in: {k}",
    sum(output_tokens) AS "Tokens out: {k}",
    quantile_cont(duration_ms, 0.95) AS "p95 time: {ms}",
FROM fct_calls
GROUP BY workflow_id;

SELECT
    strftime(started_at, '%Y-%m-%d %H:%M:%S') AS "Start (UTC)",
    cost_usd AS "Cost: {$}",
    input_tokens AS "In: {k}",
    output_tokens AS "Out: {k}",
    duration_ms AS "Time: {ms}",
FROM fct_calls
ORDER BY cost_usd DESC NULLS LAST
LIMIT 50;
