SELECT
    coalesce(traffic_source, 'All') AS "Traffic source",
    sum(cost_usd) AS "Spend: {$}",
    sum(cost_usd) / (SELECT sum(cost_usd) FROM rpt_traffic_split) AS "Share: {%}",
    sum(calls) AS "Calls: {#}",
FROM rpt_traffic_split
GROUP BY GROUPING SETS ((traffic_source), ());

SELECT sum(cost_usd) FILTER (traffic_source = 'production') / sum(cost_usd) AS "heading: {%} of spend",
FROM rpt_traffic_split;

WITH hours AS (
    SELECT dayname(date) AS weekday, hour(started_at) AS hour, sum(cost_usd) AS usd, count(*) AS calls FROM fct_calls GROUP BY ALL
), days AS (
    SELECT dayname(date) AS weekday, count(DISTINCT date) AS days FROM fct_calls GROUP BY ALL
)
SELECT
    weekday AS "Weekday",
    sum(usd) AS "Spend: {$}",
    sum(usd) / (SELECT sum(cost_usd) FROM fct_calls) AS "Share: {%}",
    max(usd / days) AS "Dearest hour, on average: {$}",
    format('{:02d}:00', arg_max(hour, usd / days)) AS "At",
    sum(calls) AS "Calls: {#}",
FROM hours
INNER JOIN days USING (weekday)
GROUP BY weekday;
