{{ config(materialized='table') }}
-- All that is spent. An open month says what is known today; a closed one what it was closed with, and what it would say
-- otherwise today stands in the first open month, less the corrections that months closed since hold already.
{%- set whose = ['organization', 'environment', 'team', 'project'] %}
with today as (
    select
        date,
        {{ select_list(whose) }},
        'calls' as category,
        cast(null as varchar) as charge_id,
        calls,
        unknown_cost_calls,
        cost_usd
    from {{ ref('int_call_days') }}
    union all
    select
        date,
        coalesce(organization, '') as organization,
        environment,
        team,
        project,
        case category when 'credit' then 'credits' else 'charges' end as category,
        charge_id,
        0 as calls,
        0 as unknown_cost_calls,
        unallocated_cost_usd as cost_usd
    from {{ ref('fct_charges') }}
    where unallocated_cost_usd != 0
),

dated as (
    select
        *,
        cast(date_trunc('month', date) as date) as month
    from today
),

closed as (
    select month from {{ source('meta', 'closings') }}
),

owed as (
    select
        month,
        {{ select_list(whose) }},
        category,
        charge_id,
        calls,
        unknown_cost_calls,
        cost_usd
    from dated
    where month in (select month from closed)
    union all
    select
        coalesce(corrects_month, cast(date_trunc('month', date) as date)) as month,
        {{ select_list(whose) }},
        coalesce(corrected_category, category) as category,
        charge_id,
        -calls as calls,
        -unknown_cost_calls as unknown_cost_calls,
        -cost_usd as cost_usd
    from {{ source('meta', 'closed_figures') }}
),

corrections as (
    select
        (select cast(max(month) + interval 1 month as date) from closed) as date,
        {{ select_list(whose) }},
        'corrections' as category,
        charge_id,
        month as corrects_month,
        category as corrected_category,
        cast(sum(calls) as bigint) as calls,
        cast(sum(unknown_cost_calls) as bigint) as unknown_cost_calls,
        {{ money('sum(cost_usd)') }} as cost_usd
    from owed
    group by month, {{ whose | join(', ') }}, owed.category, charge_id
    having sum(calls) != 0 or sum(unknown_cost_calls) != 0 or sum(cost_usd) != 0
)

select
    * exclude (month),
    cast(null as date) as corrects_month,
    cast(null as varchar) as corrected_category,
    false as is_closed
from dated
where month not in (select month from closed)
union all by name
select *, true as is_closed from {{ source('meta', 'closed_figures') }}
union all by name
select *, false as is_closed from corrections
