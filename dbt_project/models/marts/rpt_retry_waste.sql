{{ config(materialized='daily', touched_by=['int_calls']) }}
with days as (
    select
        date,
        organization,
        environment,
        workflow_id,
        step,
        team,
        count(*) filter (where spend_class = 'retry_duplicate') as retry_duplicate_calls,
        {{ money("coalesce(sum(cost_usd) filter (where spend_class = 'retry_duplicate'), 0)") }} as retry_duplicate_cost_usd,
        {{ money("coalesce(sum(cost_usd) filter (where is_concurrent), 0)") }} as concurrent_identical_cost_usd,
        {{ money("coalesce(sum(cost_usd) filter (where is_judgeable), 0)") }} as judgeable_cost_usd,
        {{ money("coalesce(sum(cost_usd), 0)") }} as cost_usd
    from {{ ref('fct_calls') }}
    where date in ({{ touched_dates('int_calls') }})
    group by all
)

select
    *,
    cast(retry_duplicate_cost_usd as double) / nullif(cast(judgeable_cost_usd as double), 0) as waste_share
from days
