SELECT
    coalesce(traffic_source, 'All') AS "Traffic source",
    sum(cost_usd) AS "Spend: {$}",
    sum(cost_usd) / (SELECT sum(cost_usd) FROM rpt_traffic_split) AS "Share: {%}",
    sum(calls) AS "Calls: {#}",
FROM rpt_traffic_split
GROUP BY GROUPING SETS ((traffic_source), ());

SELECT sum(cost_usd) FILTER (traffic_source = 'production') / sum(cost_usd) AS "heading: {%} of spend",
FROM rpt_traffic_split;
