{{ config(materialized='daily', touched_by=['int_calls']) }}
-- What the calls of a day cost, by whose they are.
select
    date,
    organization,
    environment,
    team,
    project,
    count(*) as calls,
    count(*) filter (where cost_usd is null) as unknown_cost_calls,
    {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd
from {{ ref('int_calls') }}
where date in ({{ touched_dates('int_calls') }})
group by date, organization, environment, team, project
