-- The figures a month is closed with: what the published build says of it.
select
    date,
    organization,
    environment,
    team,
    project,
    category,
    charge_id,
    corrects_month,
    corrected_category,
    calls,
    unknown_cost_calls,
    cost_usd
from rpt_total_cost
where date >= $month and date < $month + interval 1 month
