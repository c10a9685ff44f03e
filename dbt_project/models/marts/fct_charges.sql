{{ config(materialized="table") }}
-- depends_on: {{ ref('int_covered_days') }}
select
    days.date,
    charges.charge_id,
    charges.category,
    charges.provider,
    charges.description,
    charges.invoice_id,
    charges.organization,
    charges.team,
    charges.project,
    charges.cost_center,
    charges.environment,
    charges.period_from,
    charges.period_to,
    charges.currency,
    days.list_cost_usd,
    days.billed_cost_usd,
    days.effective_cost_usd,
    coalesce(used.calls, 0) as covered_calls,
    {{ money('coalesce(used.cost_usd, 0)') }} as allocated_cost_usd,
    {{ money('days.effective_cost_usd - coalesce(used.cost_usd, 0)') }} as unallocated_cost_usd
from {{ source('meta', 'charge_days') }} as days
inner join {{ ref('dim_charges') }} as charges on days.charge_id = charges.charge_id
left join {{ ref('int_covered_days') }} as used on days.charge_id = used.charge_id and days.date = used.date
