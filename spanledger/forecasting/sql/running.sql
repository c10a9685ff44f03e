-- What each scope had spent by the end of a day: the spend of any days is the difference of two.
create or replace temp table forecast_running as
select
    organization,
    key,
    date,
    sum(cost_usd) over (partition by organization, key order by date) as by_then_usd
from forecast_spend
