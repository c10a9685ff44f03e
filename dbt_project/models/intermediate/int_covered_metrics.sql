-- Counters of a coding agent that name no session (senders may leave it out), while which one of its requests was sent as
-- a span or a log: nobody can say whose they are, so they say nothing beside them.
with counters as (
    select * from {{ ref('int_candidates') }}
    where signal = 'metric'
)

{%- for requests in [ref('stg_spans'), history('int_spans')] %}
{{ "union" if not loop.first }}
select counters.organization, counters.trace_id, counters.span_id
from counters
inner join {{ requests }} as requests on {{ is_beside_counter('counters', 'requests') }}
{%- endfor %}
