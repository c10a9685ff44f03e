-- Waste and what levers could do: restarts that paid again, models that were given up, loops that ran away.
CREATE TABLE call_parts AS
WITH lines AS (
    SELECT
        call_id,
        sum(effective_cost_usd) FILTER (charge_kind = 'input') AS input_usd,
        sum(effective_cost_usd) FILTER (charge_kind = 'cache_read') AS cache_read_usd,
        sum(effective_cost_usd) FILTER (charge_kind = 'output') AS output_usd
    FROM fct_call_charges
    GROUP BY call_id
)

SELECT
    date::DATE AS date,
    calls.organization::VARCHAR AS organization,
    environment::VARCHAR AS environment,
    workflow_id::VARCHAR AS workflow_id,
    step::VARCHAR AS step,
    traffic_source::VARCHAR AS traffic_source,
    model::VARCHAR AS model,
    'sample' AS price_provider,
    model::VARCHAR AS price_model,
    'standard' AS service_tier,
    CASE WHEN spend_class != 'retry_duplicate' THEN 'no' WHEN hash(call_id) % 2 = 0 THEN 'position' ELSE 'proven' END AS paid_again,
    CASE WHEN hash(call_id) % 16 = 5 THEN 'hour' ELSE 'no' END AS asked_again,
    hash(call_id) % 4 = 1 AS is_cache_hit,
    CASE WHEN input_tokens IS NOT NULL THEN (2 ** ceil(log2(greatest(input_tokens, 1))))::BIGINT END AS input_tokens_to,
    CASE WHEN output_tokens IS NOT NULL THEN (2 ** ceil(log2(greatest(output_tokens, 1))))::BIGINT END AS output_tokens_to,
    call_id,
    input_tokens,
    cached_input_tokens,
    output_tokens,
    cost_usd::DECIMAL(28,12) AS cost_usd,
    input_usd,
    cache_read_usd,
    output_usd
FROM fct_calls AS calls
LEFT JOIN lines USING (call_id);

CREATE VIEW fct_call_shapes AS
SELECT * EXCLUDE (input_tokens, cached_input_tokens, output_tokens, input_usd, cache_read_usd, output_usd)
FROM call_parts;

CREATE TABLE rpt_call_shapes AS
SELECT
    * EXCLUDE (call_id, input_tokens, cached_input_tokens, output_tokens, cost_usd, input_usd, cache_read_usd, output_usd),
    count(*)::BIGINT AS calls,
    (count(*) - count(cost_usd))::BIGINT AS unknown_cost_calls,
    coalesce(sum(input_tokens), 0)::BIGINT AS input_tokens,
    coalesce(sum(cached_input_tokens), 0)::BIGINT AS cached_input_tokens,
    0::BIGINT AS cache_write_tokens,
    coalesce(sum(output_tokens), 0)::BIGINT AS output_tokens,
    coalesce(sum(cost_usd), 0)::DECIMAL(28,12) AS cost_usd,
    coalesce(sum(input_usd), 0)::DECIMAL(28,12) AS input_cost_usd,
    coalesce(sum(cache_read_usd), 0)::DECIMAL(28,12) AS cache_read_cost_usd,
    0::DECIMAL(28,12) AS cache_write_cost_usd,
    coalesce(sum(output_usd), 0)::DECIMAL(28,12) AS output_cost_usd
FROM call_parts
GROUP BY ALL;

CREATE TABLE rpt_escalation_chains AS
SELECT
    task_date::DATE AS date,
    organization::VARCHAR AS organization,
    environment::VARCHAR AS environment,
    workflow_id::VARCHAR AS workflow_id,
    ('draft')::VARCHAR AS step,
    team::VARCHAR AS team,
    task_id::VARCHAR AS task_id,
    traffic_source::VARCHAR AS traffic_source,
    started_at::TIMESTAMPTZ AS started_at,
    latency_ms::DOUBLE AS duration_ms,
    ('gpt-5.2-mini')::VARCHAR AS first_model,
    ('gpt-5.2')::VARCHAR AS last_model,
    ('gpt-5.2-mini → gpt-5.2')::VARCHAR AS model_path,
    2::BIGINT AS models,
    calls::BIGINT AS attempts,
    (calls - 1)::BIGINT AS earlier_attempts,
    cost_usd::DECIMAL(28,12) AS chain_cost_usd,
    (cost_usd / 3)::DECIMAL(28,12) AS sunk_cost_usd,
    (cost_usd - cost_usd / 3)::DECIMAL(28,12) AS expensive_first_cost_usd,
    0::BIGINT AS unknown_cost_calls,
    true::BOOLEAN AS is_escalation,
    outcome::VARCHAR AS outcome
FROM fct_tasks
WHERE workflow_id = 'code-review' AND calls > 3;

CREATE TABLE rpt_escalation_policies AS
SELECT
    'acme'::VARCHAR AS organization,
    'prod'::VARCHAR AS environment,
    'code-review'::VARCHAR AS workflow_id,
    'draft'::VARCHAR AS step,
    'production'::VARCHAR AS traffic_source,
    'gpt-5.2-mini'::VARCHAR AS cheap_model,
    'gpt-5.2'::VARCHAR AS expensive_model,
    '2026-08-25'::DATE AS period_from,
    '2026-11-22'::DATE AS period_to,
    210::BIGINT AS tasks,
    180::BIGINT AS successes,
    4::BIGINT AS unknown_outcomes,
    0::BIGINT AS unknown_cost_tasks,
    90::BIGINT AS escalated_tasks,
    80::BIGINT AS escalated_successes,
    0.4286::DOUBLE AS escalated_share,
    10.9800::DECIMAL(28,12) AS cost_usd,
    3.6600::DECIMAL(28,12) AS sunk_cost_usd,
    0.052286::DECIMAL(28,12) AS cost_per_task_usd,
    0.061::DECIMAL(28,12) AS cost_per_success_usd,
    25::BIGINT AS direct_tasks,
    25::BIGINT AS direct_successes,
    0.86::DOUBLE AS direct_success_low,
    1::DOUBLE AS direct_success_high,
    true::BOOLEAN AS is_narrowed,
    115::BIGINT AS expensive_tasks,
    0.031::DECIMAL(28,12) AS expensive_first_cost_per_task_usd,
    0.4::DOUBLE AS expensive_first_success_low,
    0.9::DOUBLE AS expensive_first_success_high,
    0.031::DECIMAL(28,12) AS expensive_first_per_success_low_usd,
    0.047::DECIMAL(28,12) AS expensive_first_per_success_high_usd,
    'expensive first'::VARCHAR AS verdict
UNION ALL
SELECT
    'acme'::VARCHAR AS organization,
    'prod'::VARCHAR AS environment,
    'support-triage'::VARCHAR AS workflow_id,
    'draft'::VARCHAR AS step,
    'production'::VARCHAR AS traffic_source,
    'claude-haiku-4-5'::VARCHAR AS cheap_model,
    'claude-sonnet-4-5'::VARCHAR AS expensive_model,
    '2026-08-25'::DATE AS period_from,
    '2026-11-22'::DATE AS period_to,
    640::BIGINT AS tasks,
    600::BIGINT AS successes,
    4::BIGINT AS unknown_outcomes,
    0::BIGINT AS unknown_cost_tasks,
    30::BIGINT AS escalated_tasks,
    20::BIGINT AS escalated_successes,
    0.0469::DOUBLE AS escalated_share,
    3.6600::DECIMAL(28,12) AS cost_usd,
    1.2200::DECIMAL(28,12) AS sunk_cost_usd,
    0.005719::DECIMAL(28,12) AS cost_per_task_usd,
    0.0061::DECIMAL(28,12) AS cost_per_success_usd,
    0::BIGINT AS direct_tasks,
    0::BIGINT AS direct_successes,
    NULL::DOUBLE AS direct_success_low,
    NULL::DOUBLE AS direct_success_high,
    false::BOOLEAN AS is_narrowed,
    30::BIGINT AS expensive_tasks,
    0.019::DECIMAL(28,12) AS expensive_first_cost_per_task_usd,
    0.4::DOUBLE AS expensive_first_success_low,
    0.9::DOUBLE AS expensive_first_success_high,
    0.019::DECIMAL(28,12) AS expensive_first_per_success_low_usd,
    NULL::DECIMAL(28,12) AS expensive_first_per_success_high_usd,
    'cannot tell'::VARCHAR AS verdict;

CREATE TABLE rpt_agent_loops AS
SELECT
    task_date::DATE AS date,
    organization::VARCHAR AS organization,
    environment::VARCHAR AS environment,
    workflow_id::VARCHAR AS workflow_id,
    team::VARCHAR AS team,
    traffic_source::VARCHAR AS traffic_source,
    task_id::VARCHAR AS task_id,
    workflow_run_id::VARCHAR AS workflow_run_id,
    trace_id::VARCHAR AS trace_id,
    (CASE workflow_id WHEN 'code-review' THEN 'agent' ELSE 'step' END)::VARCHAR AS kind,
    (CASE workflow_id WHEN 'code-review' THEN 'reviewer' ELSE 'plan' END)::VARCHAR AS agent,
    (CASE workflow_id WHEN 'code-review' THEN '00f067aa0ba902b7' END)::VARCHAR AS agent_span_id,
    (CASE workflow_id WHEN 'code-review' THEN NULL ELSE 'plan' END)::VARCHAR AS step,
    started_at::TIMESTAMPTZ AS started_at,
    latency_ms::DOUBLE AS duration_ms,
    (CASE WHEN ran_away THEN 31 ELSE calls END)::BIGINT AS steps,
    calls::BIGINT AS calls,
    calls::BIGINT AS tool_calls,
    1::BIGINT AS tool_errors,
    calls::BIGINT AS hashed_tool_calls,
    (CASE WHEN ran_away THEN 9 ELSE 0 END)::BIGINT AS repeated_tool_calls,
    1000::BIGINT AS input_tokens,
    100::BIGINT AS output_tokens,
    cost_usd::DECIMAL(28,12) AS cost_usd,
    0::BIGINT AS unknown_cost_calls,
    false::BOOLEAN AS has_error,
    outcome::VARCHAR AS outcome,
    160::BIGINT AS usual_loops,
    6::BIGINT AS usual_steps,
    12::BIGINT AS step_limit,
    ran_away::BOOLEAN AS is_runaway,
    (CASE WHEN ran_away THEN 12 END)::BIGINT AS stop_step,
    (CASE WHEN ran_away THEN 'too many steps' END)::VARCHAR AS stop_reason,
    (CASE WHEN ran_away THEN cost_usd * 0.6 ELSE 0 END)::DECIMAL(28,12) AS cost_after_stop_usd
FROM (SELECT *, row_number() OVER (ORDER BY started_at) % 40 = 0 AS ran_away FROM fct_tasks) AS tasks
WHERE workflow_id IN ('code-review', 'search-answers');
