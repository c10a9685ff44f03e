{{ config(materialized='daily', touched_by=['int_runs']) }}
-- Logarithms as decimals: their sum does not depend on the order of summing.
with runs as (
    select
        date,
        organization,
        environment,
        workflow_id,
        traffic_source,
        cost_usd,
        unknown_cost_calls = 0 and cost_usd > 0 as is_measured,
        cast(case when cost_usd > 0 then ln(cast(cost_usd as double)) end as decimal(18, 9)) as log_cost
    from {{ ref('fct_workflow_runs') }}
    where date in ({{ touched_dates('int_runs') }})
)

select
    date,
    organization,
    environment,
    workflow_id,
    traffic_source,
    count(*) as runs,
    count(*) filter (where is_measured) as measured_runs,
    {{ money('coalesce(sum(cost_usd) filter (where is_measured), 0)') }} as cost_usd,
    cast(coalesce(sum(log_cost) filter (where is_measured), 0) as double) as log_cost_sum,
    cast(coalesce(sum(cast(log_cost * log_cost as decimal(28, 9))) filter (where is_measured), 0) as double) as log_cost_squares
from runs
group by date, organization, environment, workflow_id, traffic_source
