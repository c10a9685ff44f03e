-- Traces with new spans, and those of history that may hold another sighting of a call of theirs.
with arrived as (
    select distinct trace_key from {{ ref('stg_spans') }}
),

keys as (
    select response_key as sighting_key from {{ ref('stg_spans') }}
    {%- for hours in [-1, 0, 1] %}
    union
    select {{ usage_key('spans', hours) }} from {{ ref('stg_spans') }} as spans
    {%- endfor %}
    union
    select unnest([response_key, usage_key]) from {{ history('int_spans') }}
    where trace_key in (select trace_key from arrived)
)

select trace_key from arrived
union
select trace_key from {{ history('int_spans') }}
where
    response_key in (select sighting_key from keys where sighting_key is not null)
    or usage_key in (select sighting_key from keys where sighting_key is not null)
