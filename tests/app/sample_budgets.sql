-- Budgets: a month that is paused, users one by one (one beyond the limit, one who is not named), one of which nothing is
-- counted yet, and one that was exceeded a month ago.
CREATE TABLE dim_budgets (
    version VARCHAR, budget_id VARCHAR, owner VARCHAR, description VARCHAR, scope VARCHAR, organization VARCHAR,
    team VARCHAR, project VARCHAR, environment VARCHAR, service_name VARCHAR, feature VARCHAR, customer_id VARCHAR,
    user_id VARCHAR, workflow_id VARCHAR, workflow_run_id VARCHAR, task_id VARCHAR, agent_name VARCHAR, model
    VARCHAR, traffic_source VARCHAR, unit VARCHAR, limit_usd DECIMAL(28,12), limit_tokens BIGINT, limit_steps
    BIGINT, window_kind VARCHAR, window_seconds BIGINT, time_zone VARCHAR, thresholds VARCHAR, threshold_at
    DECIMAL(12,6)[], threshold_policy VARCHAR[], when_unreachable VARCHAR, deadline_ms BIGINT, alternatives
    VARCHAR[], valid_from TIMESTAMPTZ, valid_to TIMESTAMPTZ, scope_key VARCHAR, known_at TIMESTAMPTZ, withdrawn_at
    TIMESTAMPTZ
);
CREATE TABLE rpt_budget_status (
    budget_id VARCHAR, counter_key VARCHAR, organization VARCHAR, environment VARCHAR, owner VARCHAR, description
    VARCHAR, scope VARCHAR, window_kind VARCHAR, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, is_open BOOLEAN,
    is_in_force BOOLEAN, unit VARCHAR, limit_usd DECIMAL(28,12), limit_tokens BIGINT, limit_steps BIGINT,
    own_limit_usd DECIMAL(28,12), own_limit_tokens BIGINT, own_limit_steps BIGINT, spent_usd DECIMAL(28,12),
    spent_tokens BIGINT, spent_steps BIGINT, reserved_usd DECIMAL(28,12), reserved_tokens BIGINT, reserved_steps
    BIGINT, remaining DECIMAL(28,12), share_used DOUBLE, state VARCHAR, thresholds VARCHAR, unpriced_calls BIGINT,
    uncounted_calls BIGINT, last_call_at TIMESTAMPTZ, override_reason VARCHAR, override_by VARCHAR, override_to
    TIMESTAMPTZ, forecast_usd DECIMAL(28,12), forecast_low_usd DECIMAL(28,12), forecast_high_usd DECIMAL(28,12),
    probability_over DOUBLE, exhausted_on DATE, exhausted_early_on DATE, exhausted_late_on DATE
);

INSERT INTO dim_budgets BY NAME
SELECT * FROM (
    VALUES
    ('platform-month', 'lead@acme.example', 'team platform', 'platform', NULL, NULL, 'usd', 2.0, NULL, 'month', NULL),
    ('each-customer', 'sales@acme.example', 'each customer_id', NULL, '*', NULL, 'tokens', NULL, 50000, 'day', NULL),
    ('sleepers', 'lead@acme.example', 'workflow_id no-such', NULL, NULL, 'no-such', 'usd', 9.0, NULL, 'rolling', 604800)
) AS budgets (
    budget_id, owner, scope, team, customer_id, workflow_id, unit, limit_usd, limit_tokens, window_kind, window_seconds
);
UPDATE dim_budgets SET customer_id = NULL WHERE customer_id = '*';

INSERT INTO rpt_budget_status BY NAME
SELECT
    *, coalesce(limit_usd, limit_tokens) - coalesce(CASE unit WHEN 'usd' THEN spent_usd ELSE spent_tokens END, 0) AS remaining,
    'own' AS thresholds, 0 AS uncounted_calls, true AS is_in_force, '2026-11-22 03:00:00+00'::TIMESTAMPTZ AS last_call_at
FROM (
    VALUES
    ('platform-month', '', 'month', '2026-11-01', '2026-12-01', true, 'usd', 3.0, NULL, 3.0, 999, 1.0, 'paused', 2, 'a launch'),
    ('platform-month', '', 'month', '2026-10-01', '2026-11-01', false, 'usd', 2.0, NULL, 2.5, 999, 1.25, 'exceeded', 0, NULL),
    ('each-customer', 'customer_id=initech', 'day', '2026-11-22', '2026-11-23', true, 'tokens', NULL, 50000, 0.5, 60000, 1.2,
     'exceeded', 0, NULL),
    ('each-customer', 'customer_id=', 'day', '2026-11-22', '2026-11-23', true, 'tokens', NULL, 50000, 0.1, 5000, 0.1, 'ok', 0, NULL)
) AS status (
    budget_id, counter_key, window_kind, window_start, window_end, is_open, unit, limit_usd, limit_tokens, spent_usd,
    spent_tokens, share_used, state, unpriced_calls, override_reason
);
UPDATE rpt_budget_status SET override_by = 'cfo@acme.example', override_to = '2026-12-01 00:00:00+00'
WHERE override_reason IS NOT NULL;
