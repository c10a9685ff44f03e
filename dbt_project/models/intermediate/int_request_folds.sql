-- One row per request that is a second sighting of a request below it: `span_id` folds into `inner_span_id`.
-- An outer request is absorbed by at most one inner one, so that no billed call disappears.
with recursive above as (
    select organization, trace_id, span_id, outer_request_id, true as is_nearest
    from {{ ref('int_candidates') }}
    where is_request and outer_request_id is not null
    union all
    -- a wrapper that says no usage hides nothing: the request around it is around what is below it, too
    select above.organization, above.trace_id, above.span_id, wrapper.outer_request_id, false as is_nearest
    from above
    inner join {{ ref('int_candidates') }} as wrapper
        on above.organization = wrapper.organization
        and above.trace_id = wrapper.trace_id
        and above.outer_request_id = wrapper.span_id
    where wrapper.is_request and not wrapper.has_usage and wrapper.outer_request_id is not null
),

pairs as (
    select
        outside.organization,
        outside.trace_id,
        outside.span_id,
        inside.span_id as inner_span_id,
        inside.end_ns as inner_end_ns,
        outside.has_usage as outer_has_usage,
        inside.has_usage as inner_has_usage,
        outside.has_error as outer_has_error,
        inside.has_error as inner_has_error,
        inside.has_tool_between,
        above.is_nearest,
        outside.input_tokens as outer_input,
        outside.output_tokens as outer_output,
        inside.input_tokens as inner_input,
        inside.output_tokens as inner_output,
        inside.input_tokens - coalesce(inside.cached_input_tokens, 0) - coalesce(inside.cache_write_tokens, 0)
            as inner_uncached_input,
        outside.input_tokens - coalesce(outside.cached_input_tokens, 0) - coalesce(outside.cache_write_tokens, 0)
            as outer_uncached_input,
        coalesce(inside.operation, '') in ('embeddings', 'rerank') as is_without_output,
        {{ attempts_total('input_tokens', 'inside.usage_iterations') }} as inner_attempts_input,
        {{ attempts_total('output_tokens', 'inside.usage_iterations') }} as inner_attempts_output,
        outside.response_id = inside.response_id as has_same_response,
        {{ fits_within('inside', 'outside') }} and {{ compatible_models('inside', 'outside') }} as is_within,
        -- sightings that name one response are one request
        count(distinct coalesce(inside.response_id, inside.span_id)) filter (where above.is_nearest)
            over requests_below as requests_below,
        count(*) filter (where inside.has_usage) over requests_below as usages_below,
        sum(inside.input_tokens) over requests_below as input_below,
        sum(inside.output_tokens) over requests_below as output_below
    from {{ ref('int_candidates') }} as inside
    inner join above using (organization, trace_id, span_id)
    inner join {{ ref('int_candidates') }} as outside
        on above.organization = outside.organization
        and above.trace_id = outside.trace_id
        and above.outer_request_id = outside.span_id
    where inside.is_request and outside.is_request and (above.is_nearest or inside.has_usage and outside.has_usage)
    window requests_below as (partition by outside.organization, outside.trace_id, outside.span_id)
),

judged as (
    select
        *,
        coalesce(usages_below >= 2 and outer_input = input_below and outer_output = output_below, false) as is_sum,
        case
            when has_same_response then 1
            when
                is_within and outer_has_usage and inner_has_usage
                and (
                    outer_output is not distinct from inner_output
                    or is_without_output and coalesce(outer_output, 0) = coalesce(inner_output, 0)
                )
                and (
                    outer_input is not distinct from inner_input
                    or outer_input = inner_uncached_input
                    or outer_uncached_input = inner_input
                )
                then 2
            -- a library that adds up what the provider lists as attempts
            when is_within and outer_output = inner_attempts_output and outer_input <= inner_attempts_input then 2
            when is_within and not has_tool_between and not outer_has_usage and inner_has_usage then 3
            when
                is_within and not has_tool_between and not inner_has_usage and requests_below = 1
                and (not inner_has_error or outer_has_error)
                then 4
        end as fold_rule
    from pairs
),

-- What a request around a wrapper tells by its counts tells which of several the wrapper is.
told as (
    select
        *,
        not coalesce(
            bool_or(fold_rule = 2 and not is_nearest) over (partition by organization, trace_id, inner_span_id), false
        ) as is_untold
    from judged
)

select
    organization,
    trace_id,
    span_id,
    case
        when not bool_or(is_sum)
            then arg_min(inner_span_id, (fold_rule, is_untold, -coalesce(inner_end_ns, 0), inner_span_id))
    end as inner_span_id,
    bool_or(is_sum) as is_sum
from told
where is_sum or fold_rule is not null
group by organization, trace_id, span_id
