-- Forecasts of the half year before each organization's day, and what came where their days are over: those kept when
-- they were made, and before the first of these the ones made afterwards.
create or replace temp table forecast_kept as
with shown as (
    select
        everything.*,
        everything.scope_kind || ':' || coalesce(everything.scope, chr(9) || 'none') as key,
        everything.last_on < todays.today as is_over
    from (
        select * from forecast_records
        union all by name
        select * exclude (digest) from forecast_backfilled
    ) as everything
    inner join forecast_todays as todays on everything.organization = todays.organization
    where everything.made_on > todays.today - $days::integer
),

came as (
    select
        shown.*,
        case when shown.is_over then coalesce(by_last.by_then_usd, 0) - coalesce(by_first.by_then_usd, 0) end
            as actual_usd
    from shown
    asof left join forecast_running as by_last
        on shown.organization = by_last.organization and shown.key = by_last.key and shown.last_on >= by_last.date
    asof left join forecast_running as by_first
        on shown.organization = by_first.organization and shown.key = by_first.key and shown.made_on > by_first.date
)

select
    * exclude (is_over, key),
    actual_usd between p10_usd and p90_usd as is_held
from came
