-- Every call is elected once: on each touched date the spans in the role of a call are exactly the calls, by number
-- and by identity, and no call id or span stands there twice.
with calls as (
    select
        date,
        count(*) as calls,
        count(distinct cast(call_id as uuid)) as call_ids,
        bit_xor(hash(call_id)) as fingerprint
    from {{ ref('int_calls') }}
    where date in ({{ touched_dates('int_calls') }} union {{ touched_dates('int_spans') }})
    group by date
),

spans as (
    select
        date,
        count(*) as spans,
        count(distinct (organization, trace_id, span_id)) as span_ids,
        count(*) filter (where span_role = 'call') as calls,
        bit_xor(hash(call_id)) filter (where span_role = 'call') as fingerprint
    from {{ ref('int_spans') }}
    where date in ({{ touched_dates('int_calls') }} union {{ touched_dates('int_spans') }})
    group by date
)

select
    date,
    calls.calls,
    calls.call_ids,
    spans.calls as spans_elected,
    spans.spans,
    spans.span_ids
from spans
full join calls using (date)
where
    coalesce(calls.calls, 0) != coalesce(spans.calls, 0)
    or calls.fingerprint is distinct from spans.fingerprint
    or calls.calls != calls.call_ids
    or spans.spans is distinct from spans.span_ids
