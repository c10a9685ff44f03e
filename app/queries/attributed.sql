-- Spend by owner ($by: team, project or cost_center), method and reason; what has no such owner is a null name, always last.
WITH parts AS (
    SELECT
        CASE $by WHEN 'team' THEN team WHEN 'project' THEN project ELSE cost_center END AS name,
        method,
        reason,
        sum(calls)::BIGINT AS calls,
        sum(cost_usd)::DECIMAL(38, 12) AS cost_usd,
        sum(split_cost_usd)::DECIMAL(38, 12) AS split_cost_usd
    FROM scoped_attribution
    GROUP BY ALL
)

SELECT *
FROM parts
ORDER BY name IS NULL, sum(cost_usd) OVER (PARTITION BY name) DESC, name, method, reason;
