SELECT
    replace(coalesce(spend_class, 'All'), '_', ' ') AS "Spend class",
    sum(cost_usd) AS "Spend: {$}",
    sum(cost_usd) / (SELECT sum(cost_usd) FROM fct_calls) AS "Share: {%}",
    count(*) AS "Calls: {#}",
FROM fct_calls
GROUP BY GROUPING SETS ((spend_class), ());

WITH paid AS (SELECT *, CASE WHEN spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate') THEN cost_usd ELSE 0 END AS lost FROM fct_calls)
SELECT
    workflow_id AS "Workflow",
    step AS "Step",
    sum(lost) AS "Wasted: {$}",
    sum(lost) / sum(cost_usd) AS "Of its spend: {%}",
    sum(CASE WHEN spend_class = 'retry_duplicate' THEN lost ELSE 0 END) AS "Retry duplicates: {$}",
    sum(CASE WHEN spend_class = 'failed_attempt' THEN lost ELSE 0 END) AS "Failed: {$}",
    sum(CASE WHEN spend_class = 'superseded_attempt' THEN lost ELSE 0 END) AS "Superseded: {$}",
FROM paid
GROUP BY workflow_id, step
HAVING sum(lost) > 0
ORDER BY sum(lost) DESC
LIMIT 15;

SELECT
    workflow_id AS "Workflow",
    step AS "Step",
    sum(cost_usd) AS "Up to: {$}",
    sum(CASE WHEN paid_again = 'proven' THEN cost_usd ELSE 0 END) AS "Proven: {$}",
    sum(calls) AS "Calls: {#}",
    sum(CASE WHEN paid_again = 'proven' THEN calls ELSE 0 END) AS "Proven by input: {#}",
FROM rpt_call_shapes
WHERE paid_again <> 'no'
GROUP BY workflow_id, step
ORDER BY sum(cost_usd) DESC
LIMIT 15;
