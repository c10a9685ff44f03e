-- Each organization's own full days.
select
    spend.organization,
    todays.today,
    list(spend.date order by spend.date) as dates,
    list(spend.calls order by spend.date) as calls,
    list(spend.cost_usd::double order by spend.date) as usd
from forecast_spend as spend
inner join forecast_todays as todays on spend.organization = todays.organization
where spend.scope_kind = 'organization'
group by all
order by spend.organization
