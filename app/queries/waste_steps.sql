SELECT
    workflow_id,
    step,
    coalesce(sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')), 0) AS waste_usd,
    sum(cost_usd) FILTER (calls > unknown_cost_calls) AS cost_usd,
    waste_usd / nullif(sum(cost_usd), 0) AS waste_share,
    coalesce(sum(cost_usd) FILTER (spend_class = 'retry_duplicate'), 0) AS retry_duplicate_usd,
    coalesce(sum(cost_usd) FILTER (spend_class = 'failed_attempt'), 0) AS failed_usd,
    coalesce(sum(cost_usd) FILTER (spend_class = 'superseded_attempt'), 0) AS superseded_usd
FROM scoped_sums
GROUP BY ALL
HAVING waste_usd > 0
ORDER BY waste_usd DESC, workflow_id, step
LIMIT 15;
