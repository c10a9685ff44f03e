-- Spend of the period by one tag of the calls ($by names the column), the dearest first.
WITH named AS (
    SELECT
        CASE $by
            WHEN 'workflow_id' THEN workflow_id
            WHEN 'team' THEN team
            WHEN 'model' THEN model
            WHEN 'step' THEN step
            WHEN 'traffic_source' THEN traffic_source
        END AS name,
        cost_usd,
        spend_class
    FROM scoped_calls
)

SELECT
    name,
    count(*) AS calls,
    coalesce(sum(cost_usd), 0)::DECIMAL(38, 12) AS cost_usd,
    coalesce(
        sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')), 0
    )::DECIMAL(38, 12) AS waste_usd
FROM named
GROUP BY ALL
ORDER BY cost_usd DESC, name;
