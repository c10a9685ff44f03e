{{ config(materialized='daily', touched_by=['int_calls']) }}
select
    date,
    organization,
    environment,
    team,
    project,
    traffic_source,
    count(*) as calls,
    {{ money("coalesce(sum(cost_usd), 0)") }} as cost_usd,
    count(*) filter (where cost_usd is null) as unknown_cost_calls,
    cast(coalesce(sum(cost_usd), 0) as double)
    / nullif(cast(sum(coalesce(sum(cost_usd), 0)) over (partition by date, organization, environment, team, project) as double), 0)
        as share_of_cost
from {{ ref('fct_calls') }}
where date in ({{ touched_dates('int_calls') }})
group by date, organization, environment, team, project, traffic_source
