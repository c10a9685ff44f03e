-- Open counters in US dollars that are within their limit and have a forecast.
select
    budget_id,
    counter_key,
    organization,
    environment,
    owner,
    window_start,
    limit_usd,
    forecast_usd,
    forecast_low_usd,
    forecast_high_usd,
    probability_over,
    exhausted_on,
    coalesce(last_call_at, window_start) as since_at
from rpt_budget_status
where is_open and is_in_force and unit = 'usd' and probability_over is not null and spent_usd <= limit_usd
order by budget_id, counter_key, window_start
