-- Calls of the scope by one of their columns ($by).
SELECT
    nullif(CASE $by
        WHEN 'workflow' THEN workflow_id
        WHEN 'model' THEN model
        WHEN 'step' THEN step
        WHEN 'class' THEN spend_class
        WHEN 'source' THEN traffic_source
    END, '') AS name,
    count(*) AS calls,
    sum(cost_usd) AS cost_usd,
    sum(cost_usd) / nullif(count(cost_usd), 0) AS mean_usd,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    quantile_cont(duration_ms, 0.95) AS p95_duration_ms
FROM scoped_calls
GROUP BY ALL
ORDER BY cost_usd DESC NULLS LAST, name
LIMIT 30;
