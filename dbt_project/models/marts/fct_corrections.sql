{{ config(materialized='table') }}
-- Calls that changed since their month was closed; the month that was then the first open one books them.
with restated as (
    select
        closed.month as corrects_month,
        cast((
            select max(other.month) from {{ source('meta', 'closings') }} as other where other.build_id < changes.build_id
        ) + interval 1 month as date) as booked_month,
        changes.organization,
        changes.call_id,
        cast(null as varchar) as charge_id,
        changes.date,
        changes.reason,
        changes.change_usd,
        changes.build_id,
        changes.restated_at
    from {{ ref('fct_restatements') }} as changes
    inner join {{ source('meta', 'closings') }} as closed
        on cast(date_trunc('month', changes.date) as date) = closed.month
        and changes.build_id > closed.build_id
    where changes.change_usd != 0
),

booked as (
    select
        corrects_month,
        cast(date_trunc('month', date) as date) as booked_month,
        organization,
        charge_id,
        {{ money('sum(cost_usd)') }} as change_usd
    from {{ ref('rpt_total_cost') }}
    where category = 'corrections'
    group by corrects_month, date, organization, charge_id
),

-- What is booked and no change on record explains; the names beside it are those of the report.
unexplained as (
    select
        corrects_month,
        booked_month,
        organization,
        {{ money('sum(change_usd)') }} as change_usd
    from (
        select corrects_month, booked_month, organization, change_usd from booked where charge_id is null
        union all
        select corrects_month, booked_month, organization, -change_usd from restated
    )
    group by corrects_month, booked_month, organization
)

select * from restated
union all by name
select *, 'charge' as reason from booked where charge_id is not null and change_usd != 0
union all by name
select *, 'unrecorded' as reason from unexplained where change_usd != 0
