-- The trend of each workflow of production within the filters, dearest first.
WITH spent AS (
    SELECT organization, environment, workflow_id, sum(cost_usd) AS cost_usd
    FROM scoped_usage
    WHERE traffic_source = 'production' AND date >= (SELECT max(date) - 90 FROM rpt_usage_daily)
    GROUP BY ALL
)

SELECT trends.*, spent.cost_usd
FROM rpt_unit_cost_trend AS trends
INNER JOIN spent
    ON trends.organization IS NOT DISTINCT FROM spent.organization
    AND trends.environment IS NOT DISTINCT FROM spent.environment
    AND trends.workflow_id IS NOT DISTINCT FROM spent.workflow_id
ORDER BY spent.cost_usd DESC, trends.organization, trends.environment, trends.workflow_id;
