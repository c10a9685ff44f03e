-- `gone`: each span of `arrived`, once, and its row in the published build, attached as `published`; `is_closed` where its day, by
-- the rule of `stg_spans`, is closed. What came for closed days is in no build: `late` says how much.
create or replace temp macro day_of(start_ns, end_ns, received_ns) as cast(make_timestamp_ns(
    case
        when coalesce(
            start_ns >= 946684800000000000 and start_ns <= received_ns + 86400000000000 and coalesce(end_ns >= start_ns, true),
            false
        ) then start_ns
        else received_ns
    end
) as date);

create or replace table dated as
select
    coalesce(organization, resource_tag_organization, '') as organization,
    lower(hex(trace_id)) as trace_id,
    lower(hex(span_id)) as span_id,
    received_at_ns,
    day_of(
        try_cast(start_time_unix_nano as bigint), nullif(try_cast(end_time_unix_nano as bigint), 0), received_at_ns
    ) as date
from arrived;

create or replace table late as
with closings as (
    select days.date, min(closed.closed_at) as closed_at
    from (select distinct date from dated) as days
    inner join published.meta.closed_days as closed on days.date < closed.calls_from
    group by days.date
)

select dated.organization, dated.date, count(*) as spans
from dated
inner join closings on dated.date = closings.date
where dated.received_at_ns >= epoch_ns(closings.closed_at)
group by all;

create or replace table gone as
with keys as (
    select organization, trace_id, span_id, max(date) as last_date
    from dated
    group by all
)

select
    published.*,
    keys.span_id as gone_span_id,
    coalesce(keys.last_date < (select max(calls_from) from published.meta.closed_days), false) as is_closed
from keys
left join published.facts.int_spans as published
    using (organization, trace_id, span_id)
