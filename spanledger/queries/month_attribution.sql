-- Whose the dollars of a month are when it is closed, as the published build says.
select
    date,
    organization,
    environment,
    team,
    project,
    cost_center,
    charge_id,
    traffic_source,
    method,
    rule,
    reason,
    corrects_month,
    cast(sum(calls) filter ("view" = 'split') as bigint) as calls,
    cast(sum(calls) filter ("view" = 'full') as bigint) as full_calls,
    cast(sum(cost_usd) filter ("view" = 'split') as decimal(28, 12)) as cost_usd,
    cast(sum(cost_usd) filter ("view" = 'full') as decimal(28, 12)) as full_cost_usd
from rpt_attribution
where date >= $month and date < $month + interval 1 month
group by all
