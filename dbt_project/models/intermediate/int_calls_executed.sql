-- Each call with whether it came to nothing: it errored, its stream ended without a finish reason, or the step it was
-- made for ended in error. A step tag on the root names the whole run, whose error is not every step's.
select
    calls.* exclude (step_span),
    calls.has_error
    or coalesce(step_span.status_code = 2, false)
    or (coalesce(calls.is_stream, false) and calls.finish_reason is null) as is_failed
from {{ ref('int_calls_priced') }} as calls
left join {{ ref('int_spans_deduplicated') }} as step_span
    on calls.organization = step_span.organization
    and calls.trace_id = step_span.trace_id
    and calls.step_span = step_span.span_id
    and calls.step_span != calls.root_span_id
