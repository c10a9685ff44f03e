{{ config(materialized='daily', touched_by=['int_calls']) }}
select
    date,
    organization,
    environment,
    workflow_id,
    step,
    team,
    traffic_source,
    spend_class,
    count(*) as calls,
    {{ money("coalesce(sum(cost_usd), 0)") }} as cost_usd
from {{ ref('fct_calls') }}
where date in ({{ touched_dates('int_calls') }})
group by all
