select
    organization,
    signal,
    trace_id,
    span_id,
    parent_span_id,
    name,
    {{ at_utc('started_ns') }} as started_at,
    date,
    (ended_ns - started_ns) / 1e6 as duration_ms,
    started_ns,
    ended_ns,
    status_code,
    status_message,
    scope_name,
    service_name,
    operation,
    span_role as role,
    call_id,
    unexplained_input_tokens,
    unexplained_output_tokens,
    has_trustworthy_clock
from {{ ref('int_spans') }}
{{ where_kept('date') }}
