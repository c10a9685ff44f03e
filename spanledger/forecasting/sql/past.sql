-- Forecasts kept in time whose days were over before each organization's day: what their method expected, and what
-- came. A day, week, month or quarter that are the same days are one forecast.
with said as (
    select distinct
        records.organization,
        records.scope_kind || ':' || coalesce(records.scope, chr(9) || 'none') as key,
        records.made_on,
        records.last_on,
        records.horizon_days,
        records.method,
        list_filter(records.points, lambda point: point.method = records.method)[1].usd as expected_usd,
        records.scale_usd
    from forecast_records as records
    inner join forecast_todays as todays on records.organization = todays.organization
    where
        records.last_on < todays.today
        and records.made_on > todays.today - $days::integer
        and records.scale_usd > 0
)

select
    said.*,
    (coalesce(by_last.by_then_usd, 0) - coalesce(by_first.by_then_usd, 0))::double as actual_usd
from said
asof left join forecast_running as by_last
    on said.organization = by_last.organization and said.key = by_last.key and said.last_on >= by_last.date
asof left join forecast_running as by_first
    on said.organization = by_first.organization and said.key = by_first.key and said.made_on > by_first.date
where said.expected_usd is not null
order by said.organization, said.key, said.made_on, said.last_on, said.method
