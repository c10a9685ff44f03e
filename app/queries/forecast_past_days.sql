-- Full days of this month in one scope, as forecasts count them.
SELECT date, sum(cost_usd) AS cost_usd
FROM rpt_spend_hourly
WHERE organization = $of AND date >= $month AND date < $today
    AND CASE $kind
        WHEN 'organization' THEN organization
        WHEN 'environment' THEN environment
        WHEN 'traffic_source' THEN traffic_source
        WHEN 'team' THEN team
        WHEN 'project' THEN project
        WHEN 'workflow' THEN workflow_id
        ELSE model
    END IS NOT DISTINCT FROM $which
GROUP BY date
ORDER BY date;
