-- The days of every scope that is forecast by itself on a day asked, and of all others of its kind together.
with recent as (
    select
        asked.organization,
        asked.asked_on,
        asked.most,
        spend.scope_kind,
        spend.key,
        sum(spend.cost_usd) as cost_usd
    from forecast_asked as asked
    inner join forecast_spend as spend
        on asked.organization = spend.organization
        and spend.date < asked.asked_on
        and spend.date >= asked.asked_on - $recent::integer
    group by all
),

dearest as (
    select
        organization,
        key
    from recent
    where cost_usd > 0
    qualify
        row_number() over (
            partition by organization, asked_on, scope_kind
            order by round(cost_usd, 9) desc, key
        ) <= most
),

daily as (
    select
        spend.organization,
        spend.scope_kind,
        spend.scope_kind != 'organization' and dearest.key is null as is_rest,
        case when not is_rest then spend.scope end as scope,
        spend.date,
        sum(spend.calls)::bigint as calls,
        sum(spend.cost_usd)::double as usd
    from forecast_spend as spend
    left join (select distinct * from dearest) as dearest
        on spend.organization = dearest.organization and spend.key = dearest.key
    group by all
)

select
    organization,
    scope_kind,
    scope,
    is_rest,
    list(date order by date) as dates,
    list(calls order by date) as calls,
    list(usd order by date) as usd
from daily
group by all
order by organization, scope_kind, is_rest, scope
