-- Which sightings are one call: requests folded along the tree, then requests of one trace that name the same
-- response with compatible models and usage. `group_id` is the innermost sighting of the first kind.
with recursive requests as (
    select * from {{ ref('int_candidates') }}
    where is_request
),

folds as (
    select * from {{ ref('int_request_folds') }}
),

chain as (
    select requests.organization, requests.trace_id, requests.span_id, requests.span_id as group_id
    from requests
    left join folds using (organization, trace_id, span_id)
    where folds.inner_span_id is null and not coalesce(folds.is_sum, false)
    union all
    select folds.organization, folds.trace_id, folds.span_id, chain.group_id
    from chain
    inner join folds
        on chain.organization = folds.organization
        and chain.trace_id = folds.trace_id
        and chain.span_id = folds.inner_span_id
),

groups as (
    select
        chain.organization,
        chain.trace_id,
        chain.group_id,
        max(requests.response_id) as response_id,
        max(requests.input_tokens) as input_tokens,
        max(requests.output_tokens) as output_tokens,
        min(requests.started_ns) as started_ns
    from chain
    inner join requests using (organization, trace_id, span_id)
    group by all
),

-- Within a trace, one response id with one usage (or none said) is one call.
responses as (
    select
        *,
        first_value(group_id) over (
            partition by organization, trace_id, response_id
            order by (input_tokens is not null) desc, started_ns, group_id
        ) as first_group_id,
        first_value(input_tokens) over (
            partition by organization, trace_id, response_id
            order by (input_tokens is not null) desc, started_ns, group_id
        ) as first_input,
        first_value(output_tokens) over (
            partition by organization, trace_id, response_id
            order by (input_tokens is not null) desc, started_ns, group_id
        ) as first_output
    from groups
)

select
    chain.organization,
    chain.trace_id,
    chain.span_id,
    case
        when
            responses.response_id is not null
            and coalesce(responses.input_tokens = responses.first_input, true)
            and coalesce(responses.output_tokens = responses.first_output, true)
            then responses.first_group_id
        else chain.group_id
    end as group_id
from chain
inner join responses using (organization, trace_id, group_id)
