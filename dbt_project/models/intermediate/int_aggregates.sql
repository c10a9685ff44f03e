-- Containers and sums that carry usage or cost: an aggregate if a usage-bearing candidate below accounts for it,
-- else a call of its own. What an aggregate reports beyond the requests below it is `unexplained`.
-- An embedding or a rerank below does not explain an agent's tokens.
with recursive candidates as (
    select * from {{ ref('int_candidates') }}
),

sums as (
    select organization, trace_id, span_id from {{ ref('int_request_folds') }}
    where is_sum
),

outer_ones as (
    select candidates.*
    from candidates
    left join sums using (organization, trace_id, span_id)
    where not candidates.is_request or sums.span_id is not null
),

below as (
    select
        organization,
        trace_id,
        outer_candidate_id as span_id,
        span_id as below_span_id
    from candidates
    where outer_candidate_id is not null
    union all
    select
        below.organization,
        below.trace_id,
        candidates.outer_candidate_id,
        below.below_span_id
    from below
    inner join candidates
        on below.organization = candidates.organization
        and below.trace_id = candidates.trace_id
        and below.span_id = candidates.span_id
    where candidates.outer_candidate_id is not null
),

-- Sightings of one call count once: the group's own span stands for it.
accounted as (
    select
        below.organization,
        below.trace_id,
        below.span_id,
        bool_or(
            (inner_one.has_usage or inner_one.reported_cost_usd is not null)
            and (
                coalesce(inner_one.operation, 'chat') not in ('embeddings', 'rerank')
                or outer_one.operation in ('embeddings', 'rerank')
            )
        ) as is_accounted,
        sum(inner_one.input_tokens) filter (where groups.group_id = groups.span_id) as input_below,
        sum(inner_one.output_tokens) filter (where groups.group_id = groups.span_id) as output_below
    from below
    inner join candidates as inner_one
        on below.organization = inner_one.organization
        and below.trace_id = inner_one.trace_id
        and below.below_span_id = inner_one.span_id
    inner join candidates as outer_one
        on below.organization = outer_one.organization
        and below.trace_id = outer_one.trace_id
        and below.span_id = outer_one.span_id
    left join {{ ref('int_call_groups') }} as groups
        on inner_one.organization = groups.organization
        and inner_one.trace_id = groups.trace_id
        and inner_one.span_id = groups.span_id
    group by all
)

select
    outer_ones.organization,
    outer_ones.trace_id,
    outer_ones.span_id,
    coalesce(accounted.is_accounted, false) as is_aggregate,
    case when accounted.is_accounted then
        cast(greatest(coalesce(outer_ones.input_tokens, 0) - coalesce(accounted.input_below, 0), 0) as bigint)
    end as unexplained_input_tokens,
    case when accounted.is_accounted then
        cast(greatest(coalesce(outer_ones.output_tokens, 0) - coalesce(accounted.output_below, 0), 0) as bigint)
    end as unexplained_output_tokens
from outer_ones
left join accounted using (organization, trace_id, span_id)
