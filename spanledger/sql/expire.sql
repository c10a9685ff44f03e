-- `gone`: each span of `arrived`, once, and its row in the published build, attached as `published`.
create or replace table gone as
with keys as (
    select distinct
        coalesce(organization, resource_tag_organization, '') as organization,
        lower(hex(trace_id)) as trace_id,
        lower(hex(span_id)) as span_id
    from arrived
)

select
    published.*,
    keys.span_id as gone_span_id
from keys
left join published.facts.int_spans as published
    using (organization, trace_id, span_id)
