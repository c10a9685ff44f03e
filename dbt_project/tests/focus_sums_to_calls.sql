-- What is exported adds up to what calls cost and charges leave over (credits and taxes: what is billed), closed months
-- as they were closed, and to quantity times unit price in every row, exactly.
-- depends_on: {{ ref('focus_cost_and_usage') }}
{%- set touched = touched_dates('int_calls', 'int_call_charges') %}
-- said as dates, so that files of other days are not opened: of a long history, nearly all
{%- set first, last = dates_between(touched) %}
with touched as (
    {{ touched }}
),

exported as (
    select *
    from (
        {{ focus_rows(ref('fct_calls').schema, "'day'", first, last) }}
    )
    where cast("ChargePeriodStart" as date) in (select date from touched)
),

days as (
    select
        cast("ChargePeriodStart" as date) as date,
        sum("EffectiveCost") as exported_usd
    from exported
    group by all
),

expected as (
    select
        date,
        sum(cost_usd) as cost_usd
    from (
        select date, cost_usd from {{ ref('fct_calls') }}
        union all
        select date, case when category in ('credit', 'tax') then billed_cost_usd else unallocated_cost_usd end
        from {{ ref('fct_charges') }}
        union all
        select booked_month, change_usd from {{ ref('fct_corrections') }}
        union all
        select coalesce(date, corrects_month), -change_usd from {{ ref('fct_corrections') }}
    )
    where date between {{ first }} and {{ last }} and date in (select date from touched)
    group by date
)

select
    coalesce(expected.date, days.date) as date,
    expected.cost_usd,
    days.exported_usd
from expected
full join days on expected.date = days.date
where coalesce(expected.cost_usd, 0) != coalesce(days.exported_usd, 0)
union all
select
    cast("ChargePeriodStart" as date),
    "ContractedCost",
    "PricingQuantity" * "ContractedUnitPrice"
from exported
where
    "PricingQuantity" * "ContractedUnitPrice" != "ContractedCost" or "PricingQuantity" * "ListUnitPrice" != "ListCost"
