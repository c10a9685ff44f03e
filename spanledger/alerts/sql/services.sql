-- Services that normally report: calls on at least five of the last 28 days of data and in at least twenty quarters of
-- an hour. Their usual gap is the longest between two such quarters; with two weeks of data or more an odd one out is
-- passed over, with three or more two, so that an outage of last week does not hide one of today.
with quarters as (
    select
        organization,
        environment,
        service_name,
        time_bucket(interval 15 minute, started_at) as quarter_at,
        max(started_at) as last_at
    from fct_calls
    where
        date > (select max(date) from fct_calls where started_at <= (select built_at from build_info)) - 28
        and started_at <= (select built_at from build_info)
        and service_name is not null
    group by all
),

gaps as (
    select
        *,
        epoch(quarter_at - lag(quarter_at) over (partition by organization, environment, service_name order by quarter_at))
            as gap_s
    from quarters
),

services as (
    select
        organization,
        environment,
        service_name,
        max(last_at) as last_at,
        count(*) as quarters,
        count(distinct cast(quarter_at as date)) as days,
        date_diff('day', min(quarter_at), max(quarter_at)) as spanned_days,
        list(gap_s order by gap_s desc) filter (where gap_s is not null) as longest
    from gaps
    group by all
)

select
    organization,
    environment,
    service_name,
    last_at,
    cast(longest[least(3, greatest(1, spanned_days // 7))] as bigint) as usual_gap_s
from services
where days >= 5 and quarters >= 20
order by organization, environment, service_name
