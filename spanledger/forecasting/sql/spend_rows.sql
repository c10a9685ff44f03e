select
    spend.organization,
    spend.scope_kind,
    spend.scope,
    spend.date,
    spend.calls,
    cast(spend.cost_usd as double) as usd,
    todays.today
from forecast_spend as spend
inner join forecast_todays as todays on spend.organization = todays.organization
order by spend.organization, spend.scope_kind, spend.scope, spend.date
