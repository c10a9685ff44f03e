{{ config(materialized='passing') }}
-- The calls of the touched tasks with what they cost: their part of the charge that pays for them, else what is metered.
with calls as (
    select
        calls.* replace (
            case
                when shares.call_id is not null then shares.charge_id
                when days.charge_id is null then calls.charge_id
            end as charge_id
        ),
        shares.cost_usd as share_usd
    from {{ ref('int_task_calls') }} as calls
    left join {{ ref('int_call_shares') }} as shares on calls.call_id = shares.call_id
    left join {{ ref('int_touched_charge_days') }} as days
        on calls.charge_id = days.charge_id
        and {{ utc_date('calls.started_ns') }} = days.date
)

select
    * exclude (share_usd) replace (
        case
            when share_usd is not null then share_usd
            when charge_id is not null then cost_usd
            else metered_cost_usd
        end as cost_usd,
        case when charge_id is not null then 'covered' else metered_cost_source end as cost_source
    )
from calls
