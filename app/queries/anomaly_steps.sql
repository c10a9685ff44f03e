-- What a scope spent hour by hour (or day by day), and in which of them its organization sent anything at all.
SELECT
    (epoch(hour_at)::BIGINT // $step_seconds)::BIGINT AS step,
    sum(CASE
        WHEN environment IS NOT DISTINCT FROM $of_environment AND CASE $scope_kind
            WHEN 'organization' THEN organization
            WHEN 'traffic_source' THEN traffic_source
            WHEN 'team' THEN team
            WHEN 'project' THEN project
            WHEN 'workflow' THEN workflow_id
            ELSE model
        END IS NOT DISTINCT FROM $scope THEN cost_usd
    END)::DOUBLE AS usd
FROM rpt_spend_hourly
WHERE organization = $of_organization AND date BETWEEN $from_date AND $to_date
GROUP BY ALL
ORDER BY step;
