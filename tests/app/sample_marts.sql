-- The small marts of the sample warehouse, derived from its facts.
CREATE TABLE rpt_data_quality AS
SELECT date, organization, environment, 'unpriced_model' AS "check", model AS subject, count(*) AS rows, NULL::DECIMAL(28, 12) AS cost_usd
FROM fct_calls WHERE cost_usd IS NULL GROUP BY ALL
UNION ALL
SELECT date, organization, environment, 'unknown_traffic', service_name, count(*), sum(cost_usd)::DECIMAL(28, 12)
FROM fct_calls WHERE traffic_source = 'unknown' GROUP BY ALL
UNION ALL
SELECT task_date, organization, environment, 'unknown_outcome', workflow_id, count(*), sum(cost_usd)::DECIMAL(28, 12)
FROM fct_tasks WHERE outcome = 'unknown' GROUP BY ALL;
