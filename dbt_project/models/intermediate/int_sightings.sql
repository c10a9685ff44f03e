-- One row per candidate with the call it is a sighting of; `preference` 1 is the sighting that speaks for the call:
-- the one with the most usage fields, then the innermost.
with members as (
    select organization, trace_id, span_id, group_id, false as is_container_usage
    from {{ ref('int_call_groups') }}
    union all
    select organization, trace_id, span_id, span_id as group_id, true as is_container_usage
    from {{ ref('int_aggregates') }}
    where not is_aggregate
),

ranked as (
    select
        members.group_id,
        members.is_container_usage,
        candidates.*,
        row_number() over (
            partition by members.organization, members.trace_id, members.group_id
            order by coalesce(candidates.usage_fields, 0) desc, candidates.depth desc, candidates.span_id
        ) as usage_rank
    from members
    inner join {{ ref('int_candidates') }} as candidates using (organization, trace_id, span_id)
),

speakers as (
    select organization, trace_id, group_id, span_id as call_span_id, depth as call_depth
    from ranked
    where usage_rank = 1
)

select
    ranked.*,
    speakers.call_span_id,
    {{ call_id('ranked.organization', 'ranked.trace_id', 'speakers.call_span_id') }} as call_id,
    row_number() over (
        partition by ranked.organization, ranked.trace_id, ranked.group_id
        order by ranked.usage_rank = 1 desc, abs(ranked.depth - speakers.call_depth), ranked.span_id
    ) as preference
from ranked
inner join speakers using (organization, trace_id, group_id)
