-- A budget's figures are those of the day's begin; what was spent since is certain.
update main.rpt_budget_status as status
set
    forecast_usd = forecasts.forecast_usd,
    forecast_low_usd = forecasts.low_usd,
    forecast_high_usd = forecasts.high_usd,
    probability_over = forecasts.probability_over,
    exhausted_on = forecasts.exhausted_on,
    exhausted_early_on = forecasts.exhausted_early_on,
    exhausted_late_on = forecasts.exhausted_late_on,
    no_forecast_reason = forecasts.reason
from facts.budget_forecasts as forecasts
where
    status.is_open
    and status.budget_id = forecasts.budget_id
    and status.counter_key = forecasts.counter_key
    and status.window_start is not distinct from forecasts.window_start;

update main.rpt_budget_status
set
    forecast_usd = greatest(forecast_usd, spent_usd),
    forecast_low_usd = greatest(forecast_low_usd, spent_usd),
    forecast_high_usd = greatest(forecast_high_usd, spent_usd),
    probability_over = case when spent_usd > limit_usd then 1 else probability_over end
where forecast_usd is not null;

-- passed since the day began, if not before
update main.rpt_budget_status
set
    exhausted_on = least(exhausted_on, last_call_at::date),
    exhausted_early_on = least(exhausted_early_on, last_call_at::date),
    exhausted_late_on = least(exhausted_late_on, last_call_at::date)
where spent_usd > limit_usd and (forecast_usd is not null or no_forecast_reason like 'all time%');

update main.rpt_budget_status
set
    no_forecast_reason = case
        when not is_open then 'the period is over'
        when not is_in_force then 'the budget is not in force'
        when unit != 'usd' then 'it counts no US dollars'
        when window_kind = 'rolling' then 'a rolling window does not end'
        when window_kind in ('run', 'hour') then 'too short to be forecast'
        else 'none of the 40 fullest counters'
    end
where forecast_usd is null and no_forecast_reason is null;
