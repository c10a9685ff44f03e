-- One thing of every kind that is not the team's; MARK stands for the mark.
-- A trace of two teams: one call of it is the reader's.
UPDATE fct_calls SET team = 'search'
WHERE call_id = (SELECT min(call_id) FROM fct_calls WHERE team = 'platform');

UPDATE fct_calls SET user_id = 'MARK-user', prompt_version = 'MARK-prompt', agent_name = 'MARK-agent'
WHERE team IS DISTINCT FROM 'search';

UPDATE fct_spans SET name = 'MARK-span'
WHERE role <> 'call' AND trace_id IN (SELECT trace_id FROM fct_calls WHERE team IS DISTINCT FROM 'search');

-- A span of another team in a trace whose calls are all the reader's.
INSERT INTO fct_spans
SELECT * REPLACE ('feedfeedfeedfeed' AS span_id, 'MARK-tool' AS name, 'other' AS role, NULL AS call_id)
FROM fct_spans
WHERE span_id = (SELECT min(span_id) FROM fct_calls WHERE team = 'search' AND workflow_id = 'search-answers');
INSERT INTO facts.int_spans BY NAME
SELECT organization, trace_id, span_id, 'platform' AS resource_team FROM fct_spans WHERE span_id = 'feedfeedfeedfeed';

INSERT INTO fct_alerts BY NAME
SELECT
    'MARK1' AS incident_id, organization, 'budget' AS kind, 'critical' AS severity, 'MARK-alert' AS summary,
    'MARK-scope' AS scope, 'MARK-owner' AS owner, 'firing' AS state, TIMESTAMPTZ '2026-11-21 02:00:00+00' AS since_at,
    TIMESTAMPTZ '2026-11-21 03:01:00+00' AS opened_at, 0 AS messages, 'budgets' AS page
FROM (VALUES (NULL), ('acme')) AS of_organization (organization);

-- The team's own budget, one of another team, one that was the team's and is another's.
INSERT INTO dim_budgets BY NAME
SELECT *, 'usd' AS unit, 'month' AS window_kind, scope AS scope_key
FROM (
    VALUES
    ('search-month', '1', 'acme', 'search', 'team search', 'search@acme.example', 50.0),
    ('MARK-budget', '2', 'acme', 'legal', 'team MARK', 'MARK@acme.example', 60.0),
    ('MARK-moved', '3', 'acme', 'search', 'team search', 'MARK@acme.example', 70.0),
    ('MARK-moved', '4', 'acme', 'legal', 'team MARK', 'MARK@acme.example', 80.0)
) AS budgets (budget_id, version, organization, team, scope, owner, limit_usd);
INSERT INTO rpt_budget_status BY NAME
SELECT
    budget_id, '' AS counter_key, 'acme' AS organization, scope, owner, 'month' AS window_kind,
    TIMESTAMPTZ '2026-11-01 00:00:00+00' AS window_start, TIMESTAMPTZ '2026-12-01 00:00:00+00' AS window_end,
    true AS is_open, true AS is_in_force, 'usd' AS unit, limit_usd, limit_usd AS own_limit_usd, 12.0 AS spent_usd,
    0 AS spent_tokens, 0 AS spent_steps, limit_usd - 12.0 AS remaining, 0.2 AS share_used, 'ok' AS state,
    'own' AS thresholds, 0 AS unpriced_calls, 0 AS uncounted_calls
FROM dim_budgets
WHERE version IN ('1', '2', '3', '4');

INSERT INTO dim_prices
SELECT * REPLACE (
    'MARK-price' AS price_id, 'MARK-model' AS price_model, 'contracted' AS rate_class, 'contract of MARK' AS source,
    7.77 AS unit_price_usd
)
FROM dim_prices
LIMIT 1;

-- An anomaly of another team is in the sample already, and one of the team's own is seen.
INSERT INTO rpt_anomalies
SELECT * REPLACE ('own' AS anomaly_id, 'search' AS scope, 'our note' AS note, [] AS drivers)
FROM rpt_anomalies
LIMIT 1;
INSERT INTO rpt_anomalies
SELECT * REPLACE ('MARK2' AS anomaly_id, 'other-inc' AS organization, 'search' AS scope, 'MARK-note' AS note, [] AS drivers)
FROM rpt_anomalies
LIMIT 1;
