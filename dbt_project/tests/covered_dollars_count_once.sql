-- A day of a charge stands in the cost of the calls it pays for, whole, or is left over, whole: calls and leftovers
-- count each of its dollars once. Its days add up to its amount, as does what is billed. A call's charge holds on its day.
with days as (
    select
        charge_id,
        date,
        effective_cost_usd,
        allocated_cost_usd,
        unallocated_cost_usd
    from {{ ref('fct_charges') }}
),

calls as (
    select
        charge_id,
        date,
        sum(cost_usd) as cost_usd
    from {{ ref('int_calls') }}
    where charge_id is not null and date in ({{ touched_dates('int_calls') }})
    group by charge_id, date
),

judged as (
    select
        coalesce(days.charge_id, calls.charge_id) as charge_id,
        coalesce(days.date, calls.date) as date,
        days.effective_cost_usd,
        days.allocated_cost_usd,
        calls.cost_usd as cost_of_calls,
        case
            when days.charge_id is null then 'calls of a day that the charge does not pay for'
            when days.allocated_cost_usd not in (0, days.effective_cost_usd) and {{ is_kept('days.date') }} then 'a day shared out in part'
            when days.allocated_cost_usd + days.unallocated_cost_usd != days.effective_cost_usd then 'a rest that is none'
            when days.allocated_cost_usd != coalesce(calls.cost_usd, 0)
                and (calls.charge_id is not null or days.date in ({{ touched_dates('int_calls') }}))
                then 'calls cost otherwise'
        end as problem
    from days
    full join calls using (charge_id, date)
),

whole as (
    select
        charges.charge_id,
        charges.period_from as date,
        charges.amount_usd as effective_cost_usd,
        sum(days.effective_cost_usd) as allocated_cost_usd,
        sum(days.billed_cost_usd) as cost_of_calls,
        case
            when sum(days.effective_cost_usd) is distinct from charges.amount_usd then 'days do not add up'
            when sum(days.billed_cost_usd) is distinct from charges.amount_usd then 'billed otherwise'
        end as problem
    from {{ ref('dim_charges') }} as charges
    left join {{ ref('fct_charges') }} as days on charges.charge_id = days.charge_id
    where charges.superseded_by is null
    group by charges.charge_id, charges.period_from, charges.amount_usd
)

select * from judged where problem is not null
union all
select * from whole where problem is not null
