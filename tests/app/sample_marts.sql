-- The small marts of the sample warehouse, derived from its facts.
CREATE TABLE rpt_data_quality AS
WITH findings AS (
    SELECT date, organization, environment, 'unpriced_model' AS "check", model AS subject, 0 AS cost_usd
    FROM fct_calls WHERE cost_usd IS NULL
    UNION ALL
    SELECT date, organization, environment, 'unknown_traffic', service_name, cost_usd
    FROM fct_calls WHERE traffic_source = 'unknown'
    UNION ALL
    SELECT task_date, organization, environment, 'unknown_outcome', workflow_id, cost_usd
    FROM fct_tasks WHERE outcome = 'unknown'
)

SELECT
    date,
    organization,
    environment,
    "check",
    count(*) AS rows,
    sum(cost_usd)::DECIMAL(28, 12) AS cost_usd,
    list_sort(list(DISTINCT subject)) AS subjects
FROM findings
GROUP BY ALL;
