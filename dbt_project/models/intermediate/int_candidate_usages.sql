-- What each candidate stands for when an aggregate above it is judged: a request for the call it is a sighting of, wherever
-- the sighting is that knows its counts; anything else for itself.
with requests as (
    select
        groups.organization,
        groups.trace_id,
        groups.span_id,
        coalesce(folds.home_trace_id, groups.trace_id) as call_trace_id,
        coalesce(folds.home_group_id, groups.group_id) as call_group_id
    from {{ ref('int_call_groups') }} as groups
    left join {{ ref('int_trace_folds') }} as folds using (organization, trace_id, group_id)
),

members as (
    select
        candidates.*,
        requests.call_group_id is not null as is_call,
        coalesce(requests.call_trace_id, candidates.trace_id) as call_trace_id,
        coalesce(requests.call_group_id, candidates.span_id) as call_group_id
    from {{ ref('int_candidates') }} as candidates
    left join requests using (organization, trace_id, span_id)
)

select
    organization,
    trace_id,
    span_id,
    is_call,
    call_trace_id,
    call_group_id,
    bool_or(has_usage or reported_cost_usd is not null) over call as is_known,
    max(input_tokens) over call as input_tokens,
    max(output_tokens) over call as output_tokens,
    bool_and(coalesce(operation, 'chat') in ('embeddings', 'rerank')) over call as is_embedding
from members
window call as (partition by organization, call_trace_id, call_group_id)
