-- Spend of calls per day by one tag ($by: team or project); the untagged are a null name.
SELECT
    nullif(CASE $by WHEN 'team' THEN team ELSE project END, '') AS name,
    day AS date,
    sum(calls)::BIGINT AS calls,
    sum(cost_usd)::DECIMAL(38, 12) AS cost_usd
FROM scoped_spend
GROUP BY ALL
ORDER BY name, date;
