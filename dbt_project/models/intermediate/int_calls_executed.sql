{{ config(materialized='passing') }}
-- Each call with its attempt and whether it came to nothing: it errored, its stream ended without a finish reason, or the step it was
-- made for ended in error. A step tag on the root names the whole run, whose error is not every step's.
with calls as (
    select
        * exclude (step_span),
        case when step_span != root_span_id then step_span end as step_span_id
    from {{ ref('int_calls_priced') }}
)

select
    calls.* exclude (step_span_id) replace (coalesce(calls.attempt, step_spans.attempt) as attempt),
    -- what a tag numbers: the call that bears it, else the step span that does and all its calls with it
    case
        when calls.attempt is null and step_spans.attempt is not null
            then {{ call_id('calls.organization', 'calls.trace_id', 'step_spans.span_id') }}
        else calls.call_id
    end as execution_id,
    calls.has_error
    or coalesce(step_spans.status_code = 2, false)
    or (coalesce(calls.is_stream, false) and calls.finish_reason is null) as is_failed
from calls
left join {{ ref('int_spans_deduplicated') }} as step_spans
    on calls.organization = step_spans.organization
    and calls.trace_id = step_spans.trace_id
    and calls.step_span_id = step_spans.span_id
