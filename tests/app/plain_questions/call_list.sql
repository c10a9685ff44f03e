-- The calls themselves, a page of them; $order is cost, newest or slowest.
SELECT
    call_id, organization, trace_id, span_id, started_at, workflow_id, step, task_id, provider, model, cost_usd,
    cost_source, input_tokens, cached_input_tokens, output_tokens, duration_ms, traffic_source, spend_class, team,
    project, environment, status, error_type
FROM scoped_calls
ORDER BY
    CASE WHEN $order = 'cost' THEN cost_usd END DESC NULLS LAST,
    CASE WHEN $order = 'slowest' THEN duration_ms END DESC NULLS LAST,
    started_at DESC,
    call_id
LIMIT $limit_rows OFFSET $skip_rows;
