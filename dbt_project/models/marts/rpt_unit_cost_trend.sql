{{ config(materialized='table') }}
-- The ninety days before the newest one, which is still being filled.
with extent as (
    select max(date) as last_day from {{ ref('rpt_runs_daily') }}
),

costs as (
    select
        date,
        organization,
        environment,
        workflow_id,
        sum(cost_usd) as cost_usd
    from {{ ref('rpt_usage_daily') }}
    where
        traffic_source = 'production'
        and date >= (select last_day - 90 from extent)
        and date < (select last_day from extent)
    group by all
),

days as (
    select
        costs.*,
        runs.runs
    from costs
    inner join {{ ref('rpt_runs_daily') }} as runs
        on {{ same('costs', 'runs', ['date', 'organization', 'environment', 'workflow_id']) }}
    where runs.traffic_source = 'production' and runs.runs > 0 and costs.cost_usd > 0
),

{{ unit_cost_trends() }}

select * from trends
