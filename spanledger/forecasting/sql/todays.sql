-- The day on which each organization's forecast is made: its newest day. A call dated after the build's day moves none.
create or replace temp table forecast_todays as
select
    organization,
    max(date) as today
from main.rpt_spend_hourly
where date <= $built_on::date
group by organization
