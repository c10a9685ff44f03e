-- Which step burns money, and how much of it is wasted? (engineer)
SELECT workflow_id, step, sum(cost_usd) AS cost_usd,
    sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')) AS wasted_usd
FROM fct_calls
GROUP BY workflow_id, step
ORDER BY cost_usd DESC NULLS LAST
LIMIT 20;
