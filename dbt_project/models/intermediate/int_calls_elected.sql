-- One row per billed call of the touched traces. Input and output are taken whole from the sighting that speaks for
-- the call; parts it leaves open or at zero come from a sighting with the same input and output, the rest from the
-- nearest.
{%- set parts = ['cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'reasoning_tokens'] %}
{%- set nearest = ['provider', 'request_model', 'response_model', 'response_id', 'usage_iterations', 'finish_reason',
    'is_stream', 'reported_cost_usd', 'is_cache_hit', 'service_tier', 'attempt', 'input_hash', 'output_hash',
    'reservation_id', 'agent_name', 'server_address', 'region', 'service_name', 'error_type', 'cost_error'] %}
-- Most calls were seen once and have none of these.
with others as (
    select
        seconds.call_id,
        {%- for part in parts %}
        arg_min(seconds.{{ part }}, (seconds.{{ part }} = 0, seconds.preference)) filter (
            where seconds.input_tokens is not distinct from speakers.input_tokens
            and seconds.output_tokens is not distinct from speakers.output_tokens
            and seconds.usage_error is null
        ) as {{ part }},
        {%- endfor %}
        {%- for part in nearest %}
        arg_min(seconds.{{ part }}, seconds.preference) filter (where seconds.{{ part }} is not null) as {{ part }},
        {%- endfor %}
        arg_min(seconds.reported_cost_kind, seconds.preference) filter (where seconds.reported_cost_usd is not null)
            as reported_cost_kind,
        list(seconds.span_id order by seconds.preference) as folded_span_ids
    from {{ ref('int_sightings') }} as seconds
    inner join {{ ref('int_sightings') }} as speakers on seconds.call_id = speakers.call_id and speakers.preference = 1
    where seconds.preference > 1
    group by seconds.call_id
),

filled as (
    select
        speakers.call_id,
        {%- for part in parts %}
        coalesce(
            nullif(speakers.{{ part }}, 0), nullif(others.{{ part }}, 0), speakers.{{ part }}, others.{{ part }}
        ) as {{ part }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_sightings') }} as speakers
    left join others on speakers.call_id = others.call_id
    where speakers.preference = 1
)

select
    speaker.call_id,
    {%- for part in nearest %}
    coalesce(speaker.{{ part }}, others.{{ part }}) as {{ part }},
    {%- endfor %}
    case when speaker.reported_cost_usd is not null then speaker.reported_cost_kind else others.reported_cost_kind end
        as reported_cost_kind,
    coalesce(others.folded_span_ids, []) as folded_span_ids,
    {%- for part in parts %}
    case
        when
            speaker.usage_error is null
            and coalesce(filled.cached_input_tokens, 0) + coalesce(filled.cache_write_tokens, 0)
            <= coalesce(speaker.input_tokens, 0)
            and coalesce(filled.cache_write_1h_tokens, 0) <= coalesce(filled.cache_write_tokens, 0)
            and coalesce(filled.reasoning_tokens, 0) <= coalesce(speaker.output_tokens, 0)
            then filled.{{ part }}
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
from {{ ref('int_sightings') }} as speaker
inner join filled on speaker.call_id = filled.call_id
left join others on speaker.call_id = others.call_id
left join {{ ref('int_call_context') }} as context on speaker.call_id = context.call_id
where speaker.preference = 1
