-- One row per candidate with the call it is a sighting of; `preference` 1 is the sighting that speaks for the call:
-- one with usage, of the trace that is the call's home, not made up, with the most counts above zero (a wrapper writes
-- zeros for what it does not know), then the most counts, then the innermost.
with members as (
    select
        groups.organization,
        groups.trace_id,
        groups.span_id,
        coalesce(folds.home_trace_id, groups.trace_id) as home_trace_id,
        coalesce(folds.home_group_id, groups.group_id) as group_id,
        false as is_container_usage
    from {{ ref('int_call_groups') }} as groups
    left join {{ ref('int_trace_folds') }} as folds using (organization, trace_id, group_id)
    union all
    select organization, trace_id, span_id, trace_id as home_trace_id, span_id as group_id, true as is_container_usage
    from {{ ref('int_aggregates') }}
    where not is_aggregate
),

first_sources as (
    select * from members
    anti join {{ ref('int_second_sources') }} using (organization, trace_id, span_id)
),

-- Ranked by the few columns that decide; the rest joins last.
ranked as (
    select
        members.*,
        candidates.depth,
        row_number() over (
            partition by members.organization, members.home_trace_id, members.group_id
            order by
                coalesce(candidates.usage_fields, 0) > 0 desc, members.trace_id = members.home_trace_id desc,
                coalesce(candidates.is_estimated, false), candidates.usage_error is not null,
                {%- for count in token_counts() %}
                {{ "+ " if not loop.first }}cast(coalesce(candidates.{{ count }} > 0, false) as integer)
                {%- endfor %} desc,
                coalesce(candidates.usage_fields, 0) desc, candidates.depth desc, candidates.span_id
        ) as usage_rank
    from first_sources as members
    inner join {{ ref('int_candidates') }} as candidates using (organization, trace_id, span_id)
),

speakers as (
    select
        organization,
        home_trace_id,
        group_id,
        trace_id as call_trace_id,
        span_id as call_span_id,
        depth as call_depth
    from ranked
    where usage_rank = 1
),

preferred as (
    select
        ranked.*,
        speakers.call_span_id,
        {{ call_id('ranked.organization', 'speakers.call_trace_id', 'speakers.call_span_id') }} as call_id,
        row_number() over (
            partition by ranked.organization, ranked.home_trace_id, ranked.group_id
            order by
                ranked.usage_rank = 1 desc, ranked.trace_id = speakers.call_trace_id desc,
                abs(ranked.depth - speakers.call_depth), ranked.span_id
        ) as preference
    from ranked
    inner join speakers using (organization, home_trace_id, group_id)
)

select
    candidates.*,
    preferred.home_trace_id,
    preferred.group_id,
    preferred.is_container_usage,
    preferred.call_span_id,
    preferred.call_id,
    preferred.preference
from {{ ref('int_candidates') }} as candidates
inner join preferred using (organization, trace_id, span_id)
