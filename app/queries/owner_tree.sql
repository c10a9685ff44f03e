-- Spend of calls by organization, team, project and workflow together; the untagged are null.
SELECT
    nullif(organization, '') AS organization,
    nullif(team, '') AS team,
    nullif(project, '') AS project,
    nullif(workflow_id, '') AS workflow_id,
    sum(calls)::BIGINT AS calls,
    sum(cost_usd)::DECIMAL(38, 12) AS cost_usd
FROM scoped_spend
GROUP BY ALL
ORDER BY sum(cost_usd) DESC, organization, team, project, workflow_id;
