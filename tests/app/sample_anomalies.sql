-- Hours of spend, one incident among them, and what runs cost of late.
CREATE TABLE rpt_spend_hourly AS
SELECT
    date,
    date_trunc('hour', started_at) AS hour_at,
    organization, environment, team, project, workflow_id, traffic_source, model, prompt_version,
    NULL::VARCHAR AS code_version,
    count(*) AS calls,
    count(*) - count(cost_usd) AS unknown_cost_calls,
    sum(input_tokens)::BIGINT AS input_tokens,
    sum(output_tokens)::BIGINT AS output_tokens,
    (sum(cost_usd) / 2)::DECIMAL(28, 12) AS output_cost_usd,
    coalesce(sum(cost_usd), 0)::DECIMAL(28, 12) AS cost_usd
FROM fct_calls
GROUP BY ALL;

CREATE TABLE rpt_anomalies AS
WITH dearest AS (
    SELECT hour_at, sum(cost_usd) AS cost_usd
    FROM rpt_spend_hourly
    WHERE environment = 'prod' AND workflow_id = 'contract-review' AND date BETWEEN DATE '2026-11-10' AND DATE '2026-11-20'
    GROUP BY hour_at
    ORDER BY cost_usd DESC, hour_at
    LIMIT 2
)

SELECT
    'a' || row_number() OVER (ORDER BY hour_at) AS anomaly_id,
    'acme' AS organization,
    'prod' AS environment,
    'team' AS scope_kind,
    'legal' AS scope,
    'hour' AS grain,
    hour_at AS first_at,
    hour_at AS last_at,
    1::BIGINT AS steps,
    cost_usd::DECIMAL(28, 12) AS actual_usd,
    (cost_usd / 10)::DECIMAL(28, 12) AS expected_usd,
    0::DECIMAL(28, 12) AS low_usd,
    (cost_usd / 5)::DECIMAL(28, 12) AS high_usd,
    (cost_usd - cost_usd / 10)::DECIMAL(28, 12) AS excess_usd,
    12.5::DOUBLE AS score,
    'pattern' AS basis,
    false AS is_ongoing,
    CASE WHEN row_number() OVER (ORDER BY hour_at) = 1 THEN hour_at + INTERVAL 1 DAY END AS acknowledged_at,
    CASE WHEN row_number() OVER (ORDER BY hour_at) = 1 THEN 'ann' END AS acknowledged_by,
    CASE WHEN row_number() OVER (ORDER BY hour_at) = 1 THEN 'a <b>load</b> test' END AS note,
    [
        {
            'kind': 'output_tokens_per_call', 'name': 'contract-review', 'change_usd': (cost_usd * 0.9)::DECIMAL(28, 12),
            'expected': 500::DOUBLE, 'actual': 15000::DOUBLE
        },
        {
            'kind': 'workflow', 'name': 'contract-review', 'change_usd': (cost_usd * 0.9)::DECIMAL(28, 12),
            'expected': (cost_usd / 10)::DOUBLE, 'actual': cost_usd::DOUBLE
        },
        {
            'kind': 'user', 'name': 'cron', 'change_usd': (cost_usd * 0.9)::DECIMAL(28, 12), 'expected': NULL::DOUBLE,
            'actual': cost_usd::DOUBLE
        }
    ] AS drivers
FROM dearest;

CREATE TABLE rpt_drift AS
SELECT
    'acme' AS organization,
    'prod' AS environment,
    workflow_id,
    'production' AS traffic_source,
    CASE WHEN workflow_id = 'code-review' THEN DATE '2026-11-04' END AS change_date,
    true AS is_latest,
    CASE WHEN workflow_id = 'code-review' THEN 9.5 END AS score,
    CASE WHEN workflow_id = 'code-review' THEN 1.98 END AS ratio,
    CASE WHEN workflow_id = 'code-review' THEN 200 END AS before_runs,
    CASE WHEN workflow_id = 'code-review' THEN 90 END AS after_runs,
    CASE WHEN workflow_id = 'code-review' THEN 0.061 END::DOUBLE AS before_usd,
    CASE WHEN workflow_id = 'code-review' THEN 0.058 END::DOUBLE AS before_low_usd,
    CASE WHEN workflow_id = 'code-review' THEN 0.064 END::DOUBLE AS before_high_usd,
    CASE WHEN workflow_id = 'code-review' THEN 0.12 END::DOUBLE AS after_usd,
    CASE WHEN workflow_id = 'code-review' THEN 0.11 END::DOUBLE AS after_low_usd,
    CASE WHEN workflow_id = 'code-review' THEN 0.13 END::DOUBLE AS after_high_usd,
    CASE WHEN workflow_id = 'code-review' THEN 'prompt_version' END AS version_kind,
    CASE WHEN workflow_id = 'code-review' THEN 'v1' END AS version_before,
    CASE WHEN workflow_id = 'code-review' THEN 'v2' END AS version_after,
    CASE WHEN workflow_id = 'code-review' THEN 0.0 END::DOUBLE AS version_share_before,
    CASE WHEN workflow_id = 'code-review' THEN 1.0 END::DOUBLE AS version_share_after,
    count(*) AS rolling_runs,
    avg(cost_usd)::DOUBLE AS rolling_usd,
    (avg(cost_usd) * 0.9)::DOUBLE AS rolling_low_usd,
    (avg(cost_usd) * 1.1)::DOUBLE AS rolling_high_usd,
    CASE WHEN workflow_id = 'contract-review' THEN 'one-contract' END AS budget_id,
    CASE WHEN workflow_id = 'contract-review' THEN 0.1 END::DECIMAL(28, 12) AS budget_usd,
    CASE WHEN workflow_id = 'contract-review' THEN avg(cost_usd) * 0.9 > 0.1 END AS is_over_budget
FROM fct_tasks
GROUP BY workflow_id;
