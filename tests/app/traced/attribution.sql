SELECT
    CASE WHEN grouping(team) = 1 THEN 'All' ELSE coalesce(team, 'unattributed') END AS "Team",
    sum(cost_usd) AS "Spend: {$}",
    sum(cost_usd) / (SELECT sum(cost_usd) FROM fct_calls) AS "Share: {%}",
    sum(CASE WHEN team IS NULL THEN 0 ELSE cost_usd END) AS "Own: {$}",
    0 AS "Of shared costs: {$}",
    count(*) AS "Calls: {#}",
FROM fct_calls
GROUP BY GROUPING SETS ((team), ());

SELECT sum(cost_usd) AS "Spend: {$}", count(*) AS "Calls: {#}", 'no tag and no rule' AS "Why it has no owner" FROM fct_calls WHERE team IS NULL;

SELECT
    tag AS "Tag",
    sum(missing_cost_usd) AS "Without it: {$}",
    1 - sum(missing_cost_usd) / sum(cost_usd) AS "By money: {%}",
    1 - sum(missing) / sum(calls) AS "By calls: {%}",
    sum(missing) AS "Calls without it: {#}",
    sum(not_allowed) AS "Not allowed: {#}",
    sum(excepted) AS "Excepted: {#}",
FROM rpt_tag_compliance
GROUP BY tag;

SELECT
    service_name AS "Service",
    tag AS "Tag",
    sum(missing_cost_usd) AS "Without it: {$}",
    1 - sum(missing_cost_usd) / sum(cost_usd) AS "By money: {%}",
    1 - sum(missing) / sum(calls) AS "By calls: {%}",
    sum(missing) AS "Calls without it: {#}",
    sum(not_allowed) AS "Not allowed: {#}",
    sum(excepted) AS "Excepted: {#}",
FROM rpt_tag_compliance
GROUP BY service_name, tag
HAVING sum(missing) > 0;

SELECT
    coalesce(team, 'unattributed') AS "Team",
    sum(usd) AS "Spend: {$}",
    quantile_cont(usd, 0.5) AS "Usual day: {$}",
    max(usd) AS "Dearest day: {$}",
    strftime(arg_max(date, usd), '%a %-d %b %Y') AS "On",
FROM (
    SELECT team, date, coalesce(sum(cost_usd), 0) AS usd
    FROM fct_calls
    GROUP BY ALL
)
GROUP BY team;

SELECT
    row(workflow_id, coalesce(team, '(untagged)'), coalesce(project, '(untagged)')) AS "Part: {} {} / {}",
    sum(cost_usd) AS "Spend: {$}",
    sum(cost_usd) / (SELECT sum(cost_usd) FROM fct_calls) AS "Share: {%}",
    count(*) AS "Calls: {#}",
FROM fct_calls
GROUP BY workflow_id, team, project;
