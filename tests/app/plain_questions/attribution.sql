-- Spend by one tag ($by) and traffic source; the untagged are a row with a null name, always last.
WITH tagged AS (
    SELECT
        nullif(CASE $by
            WHEN 'team' THEN team
            WHEN 'project' THEN project
            WHEN 'cost_center' THEN cost_center
            WHEN 'feature' THEN feature
            WHEN 'customer' THEN customer_id
        END, '') AS name,
        traffic_source,
        cost_usd
    FROM scoped_calls
),

parts AS (
    SELECT name, traffic_source, count(*) AS calls, coalesce(sum(cost_usd), 0)::DECIMAL(38, 12) AS cost_usd
    FROM tagged
    GROUP BY ALL
)

SELECT *
FROM parts
ORDER BY name IS NULL, sum(cost_usd) OVER (PARTITION BY name) DESC, name, traffic_source;
