-- Spend by one tag of the calls ($by) for each day, week (from its Monday) or month ($cut).
SELECT
    date_trunc($cut, date)::DATE AS starts_on,
    CASE $by
        WHEN 'workflow_id' THEN workflow_id
        WHEN 'team' THEN team
        WHEN 'traffic_source' THEN traffic_source
    END AS name,
    coalesce(sum(cost_usd), 0)::DECIMAL(38, 12) AS cost_usd
FROM scoped_calls
GROUP BY ALL
ORDER BY starts_on, name;
