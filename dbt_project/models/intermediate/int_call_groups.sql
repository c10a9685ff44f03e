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
        max(requests.request_model) as request_model,
        max(requests.response_model) as response_model,
        max(requests.input_tokens) as input_tokens,
        max(requests.output_tokens) as output_tokens,
        min(requests.start_ns) as start_ns
    from chain
    inner join requests using (organization, trace_id, span_id)
    group by all
),

-- Within a trace, one response id with one usage of one model is one call; a sighting that says no usage, or a part of
-- it, is one with the first that says the most.
responses as (
    select
        *,
        case
            when input_tokens is not null and output_tokens is not null
                then first_value(groups) over of_usage
            else first_value(groups) over of_response
        end as first_one
    from groups
    window
        of_usage as (
            partition by organization, trace_id, response_id, input_tokens, output_tokens order by start_ns, group_id
        ),
        of_response as (
            partition by organization, trace_id, response_id
            order by
                (input_tokens is not null and output_tokens is not null) desc, (input_tokens is not null) desc,
                start_ns, group_id
        )
)

select
    chain.organization,
    chain.trace_id,
    chain.span_id,
    case
        when
            responses.response_id is not null
            and coalesce(responses.input_tokens = responses.first_one.input_tokens, true)
            and coalesce(responses.output_tokens = responses.first_one.output_tokens, true)
            and {{ compatible_models('responses', 'responses.first_one') }}
            then responses.first_one.group_id
        else chain.group_id
    end as group_id
from chain
inner join responses using (organization, trace_id, group_id)
