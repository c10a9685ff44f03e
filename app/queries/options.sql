-- The values each shared filter can take, those with most spend first.
WITH combinations AS (
    SELECT environment, organization, team, project, workflow_id, model, traffic_source, sum(cost_usd) AS cost_usd
    FROM rpt_usage_quarter_hourly
    GROUP BY ALL
),

long AS (
    SELECT unnest([
        {'name': 'environment', 'value': environment},
        {'name': 'organization', 'value': organization},
        {'name': 'team', 'value': team},
        {'name': 'project', 'value': project},
        {'name': 'workflow', 'value': workflow_id},
        {'name': 'model', 'value': model},
        {'name': 'source', 'value': traffic_source}
    ]) AS option, cost_usd
    FROM combinations
)

SELECT option.name, coalesce(nullif(option.value, ''), '(untagged)') AS value, sum(cost_usd) AS cost_usd
FROM long
GROUP BY ALL
ORDER BY cost_usd DESC NULLS LAST, value;
