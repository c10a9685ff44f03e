{%- set derived = ['trace_key', 'has_trustworthy_clock', 'response_key', 'usage_key', 'session_key'] %}
{%- set said = span_version_columns() | reject('in', derived) | list %}
with source as (
    select * from {{ source('lake', 'spans') }}
),

renamed as (
    select
        coalesce(organization, resource_tag_organization, '') as organization,
        lower(hex(trace_id)) as trace_id,
        lower(hex(span_id)) as span_id,
        nullif(lower(hex(parent_span_id)), '') as parent_span_id,
        coalesce(name, '') as name,
        kind,
        try_cast(start_time_unix_nano as bigint) as start_ns,
        nullif(try_cast(end_time_unix_nano as bigint), 0) as end_ns,
        status_code,
        status_message,
        scope_name,
        role,
        step,
        tool_name,
        coalesce(signal, 'span') as signal,
        evaluations,
        {{ select_list(call_columns()) }},
        {{ select_list(tag_columns() + sighting_columns()) }},
        {{ select_list(tag_columns() + sighting_columns(), "resource_") }},
        received_at_ns as first_received_ns
    from source
),

known as (
    select {{ select_list(said) }}
    from renamed
    {%- if calls_from() %}
    where {{ is_kept(arrived_day('start_ns', 'end_ns', 'first_received_ns')) }}
    {%- endif %}
    union all
    select {{ select_list(said) }}
    from {{ source('lake', 'expired_spans') }}
),

-- One absurd number must not overflow everyone's sums: it is nobody's count, and said so.
believable as (
    select * replace (
        {%- for count in token_counts() %}
        case when {{ count }} between 0 and {{ var('largest_count') }} then {{ count }} end as {{ count }},
        {%- endfor %}
        case when reported_cost_usd between 0 and {{ var('largest_cost_usd') }} then reported_cost_usd end
            as reported_cost_usd,
        case when attempt between 0 and {{ var('largest_attempt') }} then attempt end as attempt,
        coalesce(
            usage_error,
            {%- for count in token_counts() %}
            case when {{ count }} not between 0 and {{ var('largest_count') }} then '{{ count }} is ' || {{ count }} end
            {{- "," if not loop.last }}
            {%- endfor %}
        ) as usage_error,
        coalesce(
            cost_error,
            case
                when reported_cost_usd not between 0 and {{ var('largest_cost_usd') }}
                    then 'reported cost is ' || reported_cost_usd
            end
        ) as cost_error
    )
    from known
),

final as (
    select
        *,
        {{ narrow_key("organization || '/' || trace_id") }} as trace_key,
        {{ is_believable_clock('start_ns', 'end_ns', 'first_received_ns') }} as has_trustworthy_clock,
        {{ response_key('believable') }} as response_key,
        {{ usage_key('believable') }} as usage_key,
        {{ session_key('believable') }} as session_key
    from believable
)

select
    {{ select_list(span_version_columns()) }}
from final
