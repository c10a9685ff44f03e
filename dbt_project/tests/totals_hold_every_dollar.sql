-- Over all time, what the total report says is what calls cost and charges leave over today, whatever was closed; a closed
-- month says what it was closed with; and the corrections call by call are those of the report.
with expected as (
    select
        'all time, ' || organization as scope,
        cost_usd
    from {{ ref('rpt_spend_classes') }}
    union all
    select
        'all time, ' || coalesce(organization, ''),
        unallocated_cost_usd
    from {{ ref('fct_charges') }}
    union all
    select
        'closed ' || cast(date_trunc('month', date) as date),
        cost_usd
    from {{ source('meta', 'closed_figures') }}
    union all
    select
        'corrections of ' || corrects_month || ' in ' || booked_month,
        change_usd
    from {{ ref('fct_corrections') }}
),

found as (
    select
        'all time, ' || organization as scope,
        cost_usd
    from {{ ref('rpt_total_cost') }}
    union all
    select
        'closed ' || cast(date_trunc('month', date) as date),
        cost_usd
    from {{ ref('rpt_total_cost') }}
    where date_trunc('month', date) in (select month from {{ source('meta', 'closings') }})
    union all
    select
        'corrections of ' || corrects_month || ' in ' || cast(date_trunc('month', date) as date),
        cost_usd
    from {{ ref('rpt_total_cost') }}
    where category = 'corrections'
),

sums as (
    select
        scope,
        sum(expected_usd) as expected_usd,
        sum(found_usd) as found_usd
    from (
        select scope, cost_usd as expected_usd, 0 as found_usd from expected
        union all
        select scope, 0, cost_usd from found
    )
    group by scope
)

select * from sums
where expected_usd != found_usd
