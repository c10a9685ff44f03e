-- Spend by one tag ($by) and traffic source; the untagged are a row with a null name, always last.
WITH tagged AS (
    SELECT
        nullif(CASE $by
            WHEN 'team' THEN team
            WHEN 'project' THEN project
            WHEN 'cost_center' THEN cost_center
            WHEN 'feature' THEN feature
        END, '') AS name,
        traffic_source,
        calls,
        cost_usd
    FROM scoped_sums
    WHERE $by <> 'customer'
    UNION ALL
    SELECT nullif(customer_id, ''), traffic_source, 1, cost_usd
    FROM scoped_calls
    WHERE $by = 'customer'
),

parts AS (
    SELECT name, traffic_source, sum(calls)::BIGINT AS calls, coalesce(sum(cost_usd), 0)::DECIMAL(38, 12) AS cost_usd
    FROM tagged
    GROUP BY ALL
)

SELECT *
FROM parts
ORDER BY name IS NULL, sum(cost_usd) OVER (PARTITION BY name) DESC, name, traffic_source;
