-- One row per billed call of the touched traces. Input and output are taken whole from the sighting that speaks for
-- the call; parts it leaves open or at zero come from a sighting with the same input and output, the rest from the
-- nearest.
with sightings as (
    select
        *,
        first_value(input_tokens) over speaking as call_input_tokens,
        first_value(output_tokens) over speaking as call_output_tokens
    from {{ ref('int_sightings') }}
    window speaking as (partition by call_id order by preference)
),

merged as (
    select
        call_id,
        {%- for part in ['cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'reasoning_tokens'] %}
        arg_min({{ part }}, ({{ part }} = 0, preference)) filter (
            where input_tokens is not distinct from call_input_tokens
            and output_tokens is not distinct from call_output_tokens
            and usage_error is null
        ) as filled_{{ part }},
        {%- endfor %}
        {%- for part in ['provider', 'request_model', 'response_model', 'response_id', 'usage_iterations',
            'finish_reason', 'is_stream', 'reported_cost_usd', 'is_cache_hit', 'service_tier', 'attempt', 'input_hash',
            'output_hash', 'reservation_id', 'agent_name', 'server_address', 'region', 'service_name', 'error_type',
            'cost_error'] %}
        arg_min({{ part }}, preference) filter (where {{ part }} is not null) as {{ part }},
        {%- endfor %}
        arg_min(reported_cost_kind, preference) filter (where reported_cost_usd is not null) as reported_cost_kind,
        coalesce(list(span_id order by preference) filter (where preference > 1), []) as folded_span_ids
    from sightings
    group by call_id
)

select
    merged.* exclude (
        filled_cached_input_tokens, filled_cache_write_tokens, filled_cache_write_1h_tokens, filled_reasoning_tokens
    ),
    {%- for part in ['cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'reasoning_tokens'] %}
    case
        when
            speaker.usage_error is null
            and coalesce(merged.filled_cached_input_tokens, 0) + coalesce(merged.filled_cache_write_tokens, 0)
            <= coalesce(speaker.input_tokens, 0)
            and coalesce(merged.filled_cache_write_1h_tokens, 0) <= coalesce(merged.filled_cache_write_tokens, 0)
            and coalesce(merged.filled_reasoning_tokens, 0) <= coalesce(speaker.output_tokens, 0)
            then merged.filled_{{ part }}
        else speaker.{{ part }}
    end as {{ part }},
    {%- endfor %}
    speaker.trace_key,
    speaker.organization,
    speaker.trace_id,
    speaker.span_id,
    speaker.root_name,
    speaker.root_span_id,
    speaker.started_ns,
    speaker.ended_ns,
    speaker.name,
    speaker.signal,
    speaker.dialect,
    speaker.operation,
    speaker.input_tokens,
    speaker.output_tokens,
    speaker.token_rule,
    coalesce(speaker.is_estimated, false) as is_estimated,
    speaker.usage_error,
    speaker.has_zeros_only,
    speaker.has_error,
    speaker.is_container_usage,
    speaker.has_trustworthy_clock,
    context.* exclude (call_id),
    speaker.input_tokens is not null
    and (speaker.output_tokens is not null or coalesce(speaker.operation, '') in ('embeddings', 'rerank'))
        as is_usage_known
from merged
inner join {{ ref('int_sightings') }} as speaker on merged.call_id = speaker.call_id and speaker.preference = 1
left join {{ ref('int_call_context') }} as context on merged.call_id = context.call_id
