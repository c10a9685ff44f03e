-- What a run of one workflow of production cost on each day of its trend.
SELECT days.date, sum(days.cost_usd) / any_value(runs.runs) AS usd, NULL AS low, NULL AS high
FROM rpt_usage_daily AS days
INNER JOIN rpt_runs_daily AS runs
    ON days.date = runs.date
    AND days.organization IS NOT DISTINCT FROM runs.organization
    AND days.environment IS NOT DISTINCT FROM runs.environment
    AND days.traffic_source = runs.traffic_source
    AND days.workflow_id IS NOT DISTINCT FROM runs.workflow_id
WHERE days.traffic_source = 'production'
    AND days.organization IS NOT DISTINCT FROM $of_organization
    AND days.environment IS NOT DISTINCT FROM $of_environment
    AND days.workflow_id IS NOT DISTINCT FROM $of_workflow
    AND days.date BETWEEN $from_date AND $to_date
GROUP BY days.date
ORDER BY days.date;
