{{ config(materialized='table') }}
with totals as (
    select
        cast(date_trunc('month', date) as date) as month,
        {{ money('sum(cost_usd)') }} as cost_usd
    from {{ ref('rpt_total_cost') }}
    group by month
),

changes as (
    select
        corrects_month as month,
        {{ money('sum(cost_usd)') }} as corrected_usd
    from {{ ref('rpt_total_cost') }}
    where corrects_month is not null
    group by corrects_month
)

select
    month,
    case when closed.closed_at is null then 'open' else 'closed' end as state,
    closed.closed_at,
    closed.closed_by,
    closed.reason,
    closed.is_forced,
    closed.unpriced_calls,
    closed.build_id,
    {{ money('coalesce(totals.cost_usd, 0)') }} as cost_usd,
    {{ money('coalesce(changes.corrected_usd, 0)') }} as corrected_usd
from totals
full join {{ source('meta', 'closings') }} as closed using (month)
left join changes using (month)
