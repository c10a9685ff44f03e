-- Traces with new spans or of calls whose price changed, and, as far as it goes, those that may hold another sighting of
-- a call of theirs: requests that name one response, or whose counts are equal and that two scopes of a service recorded,
-- one within the other. The traces of a coding agent's session are judged together, and a counter that names no session
-- with whatever was sent while it counted.
{%- set repriced = source('meta', 'repriced_names') %}
{%- set links %}
    {%- for spans in [ref('stg_spans'), history('int_spans')] %}
    select
        trace_key,
        response_key as sighting_key,
        cast(null as varchar) as scope_name,
        -- an evaluation says of whatever time that it judges the response it names
        case when role = 'evaluation' then cast('-9223372036854775808' as bigint) else start_ns end as start_ns,
        case when role = 'evaluation' then 9223372036854775807 else end_ns end as end_ns,
        false as is_session
    from {{ spans }}
    where response_key is not null
    union all
    select trace_key, usage_key, coalesce(scope_name, ''), start_ns, end_ns, false from {{ spans }}
    where usage_key is not null
    union all
    select distinct trace_key, session_key, null, null, null, true from {{ spans }}
    where session_key is not null
    {{ "union all" if not loop.last }}
    {%- endfor %}
{%- endset %}
{%- set seeds %}
    select trace_key from {{ ref('stg_spans') }}
    union
    {%- for name in ['response_model', 'request_model'] %}
    select calls.trace_key
    from {{ history('int_calls') }} as calls
    inner join {{ repriced }} as names
        on calls.{{ name }} = names.model_name
        and calls.provider is not distinct from names.provider
        and calls.started_ns >= names.from_ns
        and calls.started_ns < names.to_ns
    union
    {%- endfor %}
    select spans.trace_key
    from {{ history('int_spans') }} as spans
    inner join {{ repriced }} as names on contains(spans.usage_iterations, names.model_name)
{%- endset %}
with {{ reached_from(seeds, links) }}

select trace_key from reached
union
select counters.trace_key
from {{ history('int_spans') }} as counters
inner join {{ ref('stg_spans') }} as requests on {{ is_beside_counter('counters', 'requests') }}
