{{ config(materialized='table') }}
-- Spans that came for closed days, by the day they came: in the lake until they are removed by their age, and in no figure.
{%- if calls_from() %}
{%- set previous = reported_before() | trim if execute else '' %}
with arrived as (
    select
        {{ utc_date('received_at_ns') }} as arrived_date,
        coalesce(organization, resource_tag_organization, '') as organization,
        {{ arrived_day(
            'try_cast(start_time_unix_nano as bigint)', 'nullif(try_cast(end_time_unix_nano as bigint), 0)', 'received_at_ns'
        ) }} as date,
        received_at_ns
    from {{ source('lake', 'spans') }}
),

-- the closing that closed a day is the first that reached it
closings as (
    select days.date, min(closed.closed_at) as closed_at
    from (select distinct date from arrived) as days
    inner join {{ source('meta', 'closed_days') }} as closed on days.date < closed.calls_from
    group by days.date
),

late as (
    select arrived.arrived_date, arrived.organization, arrived.date, count(*) as spans
    from arrived
    inner join closings on arrived.date = closings.date
    where arrived.received_at_ns >= epoch_ns(closings.closed_at)
    group by all
    union all
    select * from {{ previous or source('meta', 'late_removed') }}
)

select
    arrived_date,
    organization,
    date,
    cast(sum(spans) as bigint) as spans
from late
group by all
{%- else %}
select * from {{ source('meta', 'late_removed') }}
{%- endif %}
