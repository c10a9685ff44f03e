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

-- Types that columns without a value would lack.
ALTER TABLE fct_calls ALTER COLUMN reasoning_tokens TYPE BIGINT;
ALTER TABLE fct_calls ALTER COLUMN duration_ms TYPE DOUBLE;
ALTER TABLE fct_calls ALTER COLUMN user_id TYPE VARCHAR;
ALTER TABLE fct_calls ALTER COLUMN agent_name TYPE VARCHAR;

-- What nobody in the sample sets apart.
ALTER TABLE fct_tasks ADD COLUMN user_id VARCHAR;
ALTER TABLE fct_calls ADD COLUMN service_tier VARCHAR;
ALTER TABLE fct_calls ADD COLUMN rated_service_tier VARCHAR;
ALTER TABLE fct_calls ADD COLUMN usage_error VARCHAR;
ALTER TABLE fct_calls ADD COLUMN cost_error VARCHAR;
ALTER TABLE fct_calls ADD COLUMN is_usage_known BOOLEAN;
ALTER TABLE fct_calls ADD COLUMN charge_id VARCHAR;
ALTER TABLE fct_calls ADD COLUMN duplicate_of_call_id VARCHAR;
ALTER TABLE fct_calls ADD COLUMN duplicate_of_run_id VARCHAR;
ALTER TABLE fct_calls ADD COLUMN metered_cost_usd DECIMAL(28, 12);
UPDATE fct_calls
SET
    is_usage_known = true,
    metered_cost_usd = cost_usd,
    rated_service_tier = CASE WHEN computed_cost_usd IS NOT NULL THEN 'standard' END;

CREATE TABLE dim_prices AS
SELECT
    rates.*,
    'token' AS unit,
    'standard' AS service_tier,
    NULL::VARCHAR AS region,
    -1::BIGINT AS input_tokens_above,
    CASE rate_class WHEN 'list' THEN TIMESTAMPTZ '1970-01-01 00:00:00+00' ELSE TIMESTAMPTZ '2026-09-01 00:00:00+00' END
        AS valid_from,
    TIMESTAMPTZ '9999-01-01 00:00:00+00' AS valid_to,
    NULL::TIME AS time_from,
    NULL::TIME AS time_to,
    'USD' AS currency,
    unit_price_usd AS unit_price,
    CASE rate_class WHEN 'list' THEN 'genai-prices' ELSE 'contract 7' END AS source,
    CASE rate_class WHEN 'list' THEN 'https://example.org/prices' END AS source_url,
    DATE '2026-11-01' AS checked_on,
    CASE rate_class WHEN 'list' THEN TIMESTAMPTZ '2026-09-01 06:00:00+00' ELSE TIMESTAMPTZ '2026-11-18 09:30:00+00' END
        AS known_at,
    NULL::TIMESTAMPTZ AS withdrawn_at
FROM sample_rates AS rates;

-- A dearer contract that was corrected.
INSERT INTO dim_prices
SELECT * REPLACE (
    price_id || ' old' AS price_id,
    unit_price_usd * 1.1 AS unit_price_usd,
    unit_price * 1.1 AS unit_price,
    TIMESTAMPTZ '2026-09-01 06:00:00+00' AS known_at,
    TIMESTAMPTZ '2026-11-18 09:30:00+00' AS withdrawn_at
)
FROM dim_prices
WHERE rate_class = 'contracted';
DROP TABLE sample_rates;

CREATE TABLE fct_restatements AS
SELECT
    '20261118T093102Z-cd34' AS build_id,
    TIMESTAMPTZ '2026-11-18 09:31:40+00' AS restated_at,
    '20261118T093002Z-bc23' AS published_build_id,
    'cost' AS figure,
    call_id, organization, date, provider, model,
    'price' AS reason,
    (cost_usd * 1.1)::DECIMAL(28, 12) AS old_cost_usd,
    cost_usd AS new_cost_usd,
    (cost_usd - (cost_usd * 1.1)::DECIMAL(28, 12))::DECIMAL(28, 12) AS change_usd
FROM fct_calls
WHERE model = 'gpt-5.2' AND date BETWEEN '2026-11-10' AND '2026-11-17'
UNION ALL BY NAME
SELECT
    '20261119T040102Z-de45' AS build_id,
    TIMESTAMPTZ '2026-11-19 04:01:30+00' AS restated_at,
    '20261119T030102Z-ef56' AS published_build_id,
    'cost' AS figure,
    call_id, organization, date, provider, model,
    'late' AS reason,
    NULL AS old_cost_usd,
    cost_usd AS new_cost_usd,
    cost_usd AS change_usd
FROM fct_calls
WHERE model = 'claude-opus-4-8' AND date = '2026-11-17' AND cost_usd IS NOT NULL;
ALTER TABLE fct_restatements ADD COLUMN task_id VARCHAR;
ALTER TABLE fct_restatements ADD COLUMN traffic_source VARCHAR;
ALTER TABLE fct_restatements ADD COLUMN workflow_id VARCHAR;
ALTER TABLE fct_restatements ADD COLUMN old_outcome VARCHAR;
ALTER TABLE fct_restatements ADD COLUMN new_outcome VARCHAR;
ALTER TABLE fct_restatements ADD COLUMN outcome_source VARCHAR;
ALTER TABLE fct_restatements ADD COLUMN outcome_by VARCHAR;
ALTER TABLE fct_restatements ADD COLUMN outcome_at TIMESTAMPTZ;

-- Three pairs of versions: one worse, one better, one that cannot be told.
CREATE TABLE rpt_versions AS
SELECT
    'acme' AS organization,
    'prod' AS environment,
    pairs.*,
    TIMESTAMPTZ '2026-10-01 08:00:00+00' AS first_started_before,
    TIMESTAMPTZ '2026-11-01 08:00:00+00' AS first_started_after,
    (tasks_before * 0.8)::BIGINT AS successes_before,
    (tasks_after * 0.8)::BIGINT AS successes_after,
    3::BIGINT AS left_out_before,
    12::BIGINT AS left_out_after,
    (tasks_before * 0.8 * cost_per_success_before_usd)::DECIMAL(28, 12) AS cost_before_usd,
    (tasks_after * 0.8 * cost_per_success_after_usd)::DECIMAL(28, 12) AS cost_after_usd,
FROM (
    VALUES
        ('code-review', 'production', 'prompt', 'review', 'v1', 'v2', 1200::BIGINT, 900::BIGINT, 0::BIGINT, 4::BIGINT,
            0.11::DECIMAL(28, 12), 0.176::DECIMAL(28, 12), 1.6::DOUBLE, 1.31::DOUBLE, 1.95::DOUBLE, 'worse', NULL::BIGINT, false),
        ('support-triage', 'eval', 'model', 'draft', 'gpt-5.2', 'claude-haiku-4-5', 2400, 2100, 37, 0,
            0.021, 0.0153, 0.73, 0.61, 0.87, 'better', NULL, true),
        ('search-answers', 'production', 'code', '', '4.1.0', '4.2.0', 800, 120, 0, 0,
            0.031, 0.0335, 1.08, 0.78, 1.5, 'unclear', 3100, false),
        ('invoice-extract', 'production', 'prompt', 'extract', 'v3', 'v4', 800, 12, 0, 0,
            0.031, 0.0335, 1.08, NULL, NULL, 'unclear', 38, false)
) AS pairs (
    workflow_id, traffic_source, kind, subject, version_before, version_after, tasks_before, tasks_after, mixed_before,
    mixed_after, cost_per_success_before_usd, cost_per_success_after_usd, ratio, ratio_low, ratio_high, verdict,
    more_tasks, is_heavy_tailed
);

-- What was said of how tasks ended: each task's own tag, and one that a person judged otherwise than the application.
ALTER TABLE fct_tasks ADD COLUMN outcome_by VARCHAR;
ALTER TABLE fct_tasks ADD COLUMN outcome_at TIMESTAMPTZ;
ALTER TABLE fct_tasks ADD COLUMN is_pending BOOLEAN DEFAULT false;
ALTER TABLE fct_tasks ADD COLUMN pending_until TIMESTAMPTZ;
UPDATE fct_tasks SET outcome_at = ended_at WHERE outcome_source IS NOT NULL;
CREATE TABLE fct_outcomes AS
SELECT
    organization,
    task_id,
    traffic_source,
    'task attribute' AS source,
    3 AS rank,
    outcome,
    ended_at AS judged_at,
    NULL::VARCHAR AS judged_by,
    NULL::VARCHAR AS evaluation_name,
    NULL::DOUBLE AS score,
    NULL::VARCHAR AS label,
    NULL::VARCHAR AS rule,
    NULL::VARCHAR AS reason,
    true AS is_winner,
    true AS is_task_known,
    'span' AS channel,
    task_id AS revision_id
FROM fct_tasks
WHERE outcome_source IS NOT NULL;
CREATE TABLE judged_later AS
SELECT * FROM fct_tasks
WHERE outcome = 'success' AND traffic_source = 'production'
ORDER BY started_at DESC, task_id
LIMIT 1;
UPDATE fct_outcomes SET is_winner = false WHERE task_id IN (SELECT task_id FROM judged_later);
INSERT INTO fct_outcomes BY NAME
SELECT
    organization, task_id, traffic_source, 'human' AS source, 5 AS rank, 'failure' AS outcome,
    ended_at + INTERVAL 2 DAY AS judged_at, 'ann' AS judged_by, 'the answer was wrong' AS reason, true AS is_winner,
    true AS is_task_known, 'human' AS channel, 'verdict-1' AS revision_id
FROM judged_later
UNION ALL BY NAME
SELECT
    organization, task_id, traffic_source, 'score rule' AS source, 2 AS rank, 'success' AS outcome, ended_at AS judged_at,
    'relevance' AS evaluation_name, 0.75 AS score, 'quality' AS rule, false AS is_winner, true AS is_task_known,
    'span' AS channel, 'result-1' AS revision_id
FROM judged_later;
UPDATE fct_tasks
SET outcome = 'failure', outcome_source = 'human', outcome_by = 'ann', outcome_at = ended_at + INTERVAL 2 DAY
WHERE task_id IN (SELECT task_id FROM judged_later);
INSERT INTO fct_restatements BY NAME
SELECT
    '20261120T040102Z-ef67' AS build_id, TIMESTAMPTZ '2026-11-20 04:01:30+00' AS restated_at,
    '20261119T040102Z-de45' AS published_build_id, 'outcome' AS figure, organization, task_date AS date, task_id,
    traffic_source, workflow_id, 'judged' AS reason, 'success' AS old_outcome, 'failure' AS new_outcome,
    'human' AS outcome_source, 'ann' AS outcome_by, ended_at + INTERVAL 2 DAY AS outcome_at
FROM judged_later;
DROP TABLE judged_later;

CREATE TABLE rpt_attribution AS
SELECT
    date,
    organization,
    environment,
    team,
    project,
    cost_center,
    NULL::VARCHAR AS charge_id,
    traffic_source,
    views."view",
    CASE WHEN coalesce(team, project, cost_center) IS NULL THEN 'unattributed' ELSE 'direct' END AS method,
    NULL::VARCHAR AS rule,
    CASE WHEN coalesce(team, project, cost_center) IS NULL THEN 'no tag and no rule' END AS reason,
    NULL::DATE AS corrects_month,
    false AS is_closed,
    count(*) AS calls,
    coalesce(sum(cost_usd), 0)::DECIMAL(28, 12) AS cost_usd,
    count(*) AS split_calls,
    coalesce(sum(cost_usd), 0)::DECIMAL(28, 12) AS split_cost_usd
FROM fct_calls
CROSS JOIN (VALUES ('split'), ('full')) AS views ("view")
GROUP BY ALL;

CREATE TABLE rpt_tag_compliance AS
SELECT
    date,
    organization,
    environment,
    service_name,
    'team' AS tag,
    count(*) AS calls,
    count(*) FILTER (team IS NULL) AS missing,
    0::BIGINT AS not_allowed,
    0::BIGINT AS excepted,
    coalesce(sum(cost_usd), 0)::DECIMAL(28, 12) AS cost_usd,
    coalesce(sum(cost_usd) FILTER (team IS NULL), 0)::DECIMAL(28, 12) AS missing_cost_usd,
    0::DECIMAL(28, 12) AS excepted_cost_usd
FROM fct_calls
GROUP BY ALL;

CREATE TABLE dim_periods AS
SELECT DISTINCT date_trunc('month', date)::DATE AS month, 'open' AS state, NULL::TIMESTAMPTZ AS closed_at
FROM fct_calls;

CREATE TABLE rpt_late_spans (arrived_date DATE, organization VARCHAR, date DATE, spans BIGINT);
INSERT INTO rpt_late_spans VALUES
    (DATE '2026-11-20', 'acme', DATE '2026-06-30', 3),
    (DATE '2026-11-21', 'acme', DATE '2026-06-29', 2);

CREATE TABLE fct_alerts (
    incident_id VARCHAR, fingerprint VARCHAR, organization VARCHAR, environment VARCHAR, kind VARCHAR, severity VARCHAR,
    summary VARCHAR, scope VARCHAR, owner VARCHAR, amount_usd DECIMAL(28, 12), state VARCHAR, since_at TIMESTAMPTZ,
    opened_at TIMESTAMPTZ, recovered_at TIMESTAMPTZ, told VARCHAR, first_told_at TIMESTAMPTZ, last_told_at TIMESTAMPTZ,
    messages BIGINT, muted_until TIMESTAMPTZ, mute_reason VARCHAR, muted_by VARCHAR, page VARCHAR
);
INSERT INTO fct_alerts BY NAME
SELECT
    'a1b2c3d4' AS incident_id, 'budget' AS kind, 'critical' AS severity,
    'budget each-user (user eve): $5.20 of $5.00 spent, 104% of it; the limit is exceeded' AS summary,
    'user eve' AS scope, 'platform@example.com' AS owner, 'firing' AS state,
    TIMESTAMPTZ '2026-11-21 11:05:00+00' AS since_at, TIMESTAMPTZ '2026-11-21 11:06:00+00' AS opened_at,
    'oncall, team' AS told, 2 AS messages, 'budgets' AS page
UNION ALL BY NAME
SELECT
    'e5f60718' AS incident_id, 'silence' AS kind, 'warning' AS severity,
    'chat has been silent for more than 60 minutes' AS summary, 'service chat' AS scope, '' AS owner,
    'recovered' AS state, TIMESTAMPTZ '2026-11-20 02:00:00+00' AS since_at,
    TIMESTAMPTZ '2026-11-20 03:01:00+00' AS opened_at, TIMESTAMPTZ '2026-11-20 04:00:00+00' AS recovered_at,
    0 AS messages, 'quality' AS page;

ALTER TABLE fct_call_charges ADD COLUMN organization VARCHAR DEFAULT 'acme';

CREATE TABLE rpt_traffic_split AS
SELECT date, organization, environment, team, project, traffic_source, count(*) AS calls, sum(cost_usd) AS cost_usd
FROM fct_calls
GROUP BY ALL;

-- What a span said of itself, for who may see some teams' alone.
CREATE SCHEMA facts;
CREATE TABLE facts.int_spans AS
SELECT
    organization,
    trace_id,
    span_id,
    NULL::VARCHAR AS team,
    NULL::VARCHAR AS resource_team,
    NULL::VARCHAR AS project,
    NULL::VARCHAR AS resource_project
FROM fct_spans;

-- As the build keeps it: each task with its dearest model, and its calls of its own source.
CREATE VIEW fct_tasks_direct AS
SELECT
    tasks.*, own.model, coalesce(own.calls, 0) AS own_calls, coalesce(own.unknown, 0) AS own_unknown_cost_calls
FROM fct_tasks AS tasks
LEFT JOIN (
    SELECT
        organization, task_id, task_traffic_source AS traffic_source,
        arg_max(model, (coalesce(model_cost_usd, 0), model)) AS model,
        sum(model_calls)::BIGINT AS calls,
        sum(model_unknown)::BIGINT AS unknown
    FROM (
        SELECT
            organization, task_id, task_traffic_source, model, sum(cost_usd) AS model_cost_usd, count(*) AS model_calls,
            count(*) FILTER (cost_usd IS NULL) AS model_unknown
        FROM fct_calls
        WHERE traffic_source = task_traffic_source
        GROUP BY ALL
    ) AS by_model
    GROUP BY ALL
) AS own USING (organization, task_id, traffic_source);
