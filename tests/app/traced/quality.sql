SELECT sum(rows) AS "Rows: {#}", sum(cost_usd) AS "Known spend it touches: {$}", max(date) AS "Last seen"
FROM rpt_data_quality
GROUP BY "check"
HAVING sum(rows) > 0;

SELECT
    service_name AS "Service",
    count(*) AS "Calls seen: {#}",
    count(*) AS "Of sampled traces: {#}",
    1 / max(sample_weight) AS "Kept: {%}",
    sum(cost_usd) AS "Spend seen: {$}",
    sum(cost_usd * sample_weight) AS "Estimate of all: {$}",
FROM fct_calls
WHERE sampler IS NOT NULL
GROUP BY service_name;
