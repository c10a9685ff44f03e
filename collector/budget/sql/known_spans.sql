-- Which spans of given traces the published build has.
select
    organization,
    trace_id,
    span_id
from facts.int_spans
where trace_id in (select unnest($traces))
