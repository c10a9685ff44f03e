-- One row per span of a trace, with its call where it is one. $org is null where the address does not say it.
-- A call has the date of the span that it is: calls of other days are not read.
WITH spans AS MATERIALIZED (
    SELECT
        span_id, parent_span_id, name, role, status_code = 2 AS has_error, started_at, duration_ms, organization, operation,
        service_name, date, if(role = 'call', call_id, NULL) AS call_id
    FROM fct_spans
    WHERE trace_id = $trace_id AND ($org IS NULL OR coalesce(organization, '') = $org)
),

calls AS (
    SELECT
        spans.call_id, calls.workflow_id, calls.model, calls.cost_usd, calls.input_tokens, calls.output_tokens, calls.spend_class
    FROM spans
    INNER JOIN fct_calls AS calls ON calls.call_id = spans.call_id AND calls.date = spans.date
)

SELECT spans.* EXCLUDE (call_id), calls.* EXCLUDE (call_id)
FROM spans
LEFT JOIN calls ON calls.call_id = spans.call_id
ORDER BY spans.started_at, spans.span_id;
