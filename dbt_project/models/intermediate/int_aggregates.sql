-- Containers and sums that carry usage or cost: an aggregate if a call below with known usage accounts for it, else a call
-- of its own. What an aggregate reports beyond the calls below it is `unexplained`. An embedding or a rerank below
-- explains an embedding's or rerank's tokens, or as many as it has itself, but not the millions of an agent. Zeros alone
-- are no usage to account for. An agent that adds up over its turns, as Strands does, holds the turns before: explained.
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
    select organization, trace_id, outer_candidate_id as span_id, span_id as below_span_id
    from candidates
    where outer_candidate_id is not null
    union all
    select organization, trace_id, candidates.outer_candidate_id, below.below_span_id
    from below
    inner join candidates using (organization, trace_id, span_id)
    where candidates.outer_candidate_id is not null
),

known_below as (
    select
        below.organization,
        below.trace_id,
        below.span_id,
        usages.span_id as below_span_id,
        usages.* exclude (organization, trace_id, span_id)
    from below
    inner join {{ ref('int_candidate_usages') }} as usages
        on below.organization = usages.organization
        and below.trace_id = usages.trace_id
        and below.below_span_id = usages.span_id
    where usages.is_known
),

-- Sightings of one call count once; a container with nothing known below is a call itself.
calls_below as (
    select distinct
        known_below.* exclude (below_span_id, is_call),
        known_below.is_call or container.span_id is null as is_call
    from known_below
    left join known_below as container
        on known_below.organization = container.organization
        and known_below.trace_id = container.trace_id
        and known_below.below_span_id = container.span_id
),

summed as (
    select
        organization,
        trace_id,
        span_id,
        bool_or(not is_embedding) as is_accounted,
        coalesce(sum(input_tokens) filter (where is_call), 0) as input_below,
        coalesce(sum(output_tokens) filter (where is_call), 0) as output_below
    from calls_below
    group by organization, trace_id, span_id
),

judged as (
    select
        outer_ones.*,
        summed.input_below,
        summed.output_below,
        not outer_ones.has_usage and outer_ones.reported_cost_usd is null
        or summed.span_id is not null and coalesce(
            summed.is_accounted
            or outer_ones.operation in ('embeddings', 'rerank')
            or coalesce(outer_ones.input_tokens, 0) <= summed.input_below
            and coalesce(outer_ones.output_tokens, 0) <= summed.output_below,
            false
        ) as is_aggregate,
        coalesce(
            outer_ones.input_tokens - summed.input_below = sum(summed.input_below) over before
            and outer_ones.output_tokens - summed.output_below = sum(summed.output_below) over before,
            false
        ) as is_accumulated
    from outer_ones
    left join summed using (organization, trace_id, span_id)
    window before as (
        partition by outer_ones.organization, outer_ones.trace_id, outer_ones.scope_name, outer_ones.name
        order by outer_ones.start_ns, outer_ones.span_id rows between unbounded preceding and 1 preceding
    )
)

select
    organization,
    trace_id,
    span_id,
    is_aggregate,
    {%- for count in ['input', 'output'] %}
    case when is_aggregate then
        cast(case when is_accumulated then 0 else greatest(coalesce({{ count }}_tokens, 0) - coalesce({{ count }}_below, 0), 0) end as bigint)
    end as unexplained_{{ count }}_tokens{{ "," if not loop.last }}
    {%- endfor %}
from judged
