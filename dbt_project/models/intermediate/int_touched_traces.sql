-- Traces with new spans or of calls whose price changed, and, as far as it goes, those that may hold another sighting of
-- a call of theirs: requests that name one response, or whose counts are equal and that two scopes of a service recorded,
-- one within the other. The traces of a coding agent's session are judged together, and a counter that names no session
-- with whatever was sent while it counted.
{%- set repriced = source('meta', 'repriced_names') %}
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
with {{ reached_from(seeds) }}

select trace_key from reached
union
select counters.trace_key
from {{ history('int_spans') }} as counters
inner join {{ ref('stg_spans') }} as requests on {{ is_beside_counter('counters', 'requests') }}
