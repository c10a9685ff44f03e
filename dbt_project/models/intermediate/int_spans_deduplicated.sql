-- The same span delivered again is one row. The winner never depends on arrival; only the date of a span whose
-- clock cannot be believed does, and that takes the earliest arrival of all versions.
with repeated as (
    select organization, trace_id, span_id
    from {{ ref('int_span_versions') }}
    group by organization, trace_id, span_id
    having count(*) > 1
),

ranked as (
    select
        versions.*,
        min(first_received_ns) over span as earliest_received_ns,
        row_number() over (
            partition by organization, trace_id, span_id
            order by {{ version_order() }}
        ) as preference
    from {{ ref('int_span_versions') }} as versions
    semi join repeated using (organization, trace_id, span_id)
    window span as (partition by organization, trace_id, span_id)
),

winners as (
    select * exclude (preference, earliest_received_ns) replace (
        earliest_received_ns as first_received_ns,
        {{ is_believable_clock('start_ns', 'end_ns', 'earliest_received_ns') }} as has_trustworthy_clock
    )
    from ranked
    where preference = 1
    union all by name
    select versions.* replace (
        {{ is_believable_clock('start_ns', 'end_ns', 'first_received_ns') }} as has_trustworthy_clock
    )
    from {{ ref('int_span_versions') }} as versions
    anti join repeated using (organization, trace_id, span_id)
),

timed as (
    select
        *,
        case when has_trustworthy_clock then start_ns else first_received_ns end as started_ns
    from winners
)

select
    {{ select_list(span_version_columns()) }},
    started_ns,
    case
        when end_ns >= start_ns and end_ns - start_ns <= {{ var('longest_span_ns') }}
            then started_ns + (end_ns - start_ns)
    end as ended_ns
from timed
