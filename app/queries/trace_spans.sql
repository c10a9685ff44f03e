-- One row per span of a trace, with its call where it is one. $org is null where the address does not say it.
SELECT
    spans.span_id, spans.parent_span_id, spans.name, spans.role, spans.status_code = 2 AS has_error, spans.started_at,
    spans.duration_ms, spans.organization, spans.operation, spans.service_name,
    calls.workflow_id, calls.model, calls.cost_usd, calls.input_tokens, calls.output_tokens, calls.spend_class
FROM fct_spans AS spans
LEFT JOIN fct_calls AS calls ON spans.call_id = calls.call_id AND spans.role = 'call' AND calls.trace_id = $trace_id
WHERE spans.trace_id = $trace_id AND ($org IS NULL OR coalesce(spans.organization, '') = $org)
ORDER BY spans.started_at, spans.span_id;
