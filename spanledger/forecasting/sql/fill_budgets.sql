-- A budget's figures are those of the day's begin; what was spent since is certain.
update main.rpt_budget_status as status
set
    forecast_usd = greatest(forecasts.forecast_usd, status.spent_usd),
    forecast_low_usd = greatest(forecasts.low_usd, status.spent_usd),
    forecast_high_usd = greatest(forecasts.high_usd, status.spent_usd),
    probability_over = case when status.spent_usd > status.limit_usd then 1 else forecasts.probability_over end,
    exhausted_on = forecasts.exhausted_on,
    exhausted_early_on = forecasts.exhausted_early_on,
    exhausted_late_on = forecasts.exhausted_late_on
from facts.budget_forecasts as forecasts
where
    status.is_open
    and status.budget_id = forecasts.budget_id
    and status.counter_key = forecasts.counter_key
    and status.window_start is not distinct from forecasts.window_start
