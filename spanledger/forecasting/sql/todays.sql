-- The day on which each organization's forecast is made: its newest day. Where it said nothing on the day before the
-- present either, it is quiet: the present, nothing spent since. A call dated after the present moves none.
create or replace temp table forecast_todays as
select
    organization,
    case when max(date) >= $present::date - 1 then max(date) else $present::date end as today
from main.rpt_spend_hourly
where date <= $present::date
group by organization
