-- Forecasts of the half year before each organization's newest day, and what came where their days are over: those kept
-- when they were made, and before the first of these the ones made afterwards.
create or replace temp table forecast_kept as
with everything as (
    select * exclude (recorded_at)
    from (
        select * from forecast_records
        qualify
            row_number() over (
                partition by organization, scope_kind, scope, made_on, horizon
                order by recorded_at
            ) = 1
    ) as kept
    union all by name
    select * from forecast_backfilled
),

shown as (
    select
        everything.*,
        everything.last_on < todays.today as is_over
    from everything
    inner join forecast_todays as todays on everything.organization = todays.organization
    where everything.made_on > todays.today - $days::integer
),

came as (
    select
        shown.organization,
        shown.scope_kind,
        shown.scope,
        shown.made_on,
        shown.horizon,
        sum(spend.cost_usd) as usd
    from shown
    inner join forecast_spend as spend
        on shown.organization = spend.organization
        and shown.scope_kind = spend.scope_kind
        and shown.scope is not distinct from spend.scope
        and spend.date between shown.made_on and shown.last_on
    where shown.is_over
    group by all
)

select
    shown.* exclude (is_over),
    case when shown.is_over then coalesce(came.usd, 0) end as actual_usd,
    case when shown.is_over then coalesce(came.usd, 0) between shown.p10_usd and shown.p90_usd end as is_held
from shown
left join came
    on shown.organization = came.organization
    and shown.scope_kind = came.scope_kind
    and shown.scope is not distinct from came.scope
    and shown.made_on = came.made_on
    and shown.horizon = came.horizon
