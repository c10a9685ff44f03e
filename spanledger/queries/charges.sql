-- Charges and how much of them calls have used; $is_all also those that others supersede.
select
    charges.charge_id,
    charges.category,
    charges.provider,
    charges.description,
    charges.period_from,
    charges.period_to,
    charges.billed_on,
    charges.amount_usd,
    sum(days.covered_calls) as covered_calls,
    sum(days.allocated_cost_usd) as allocated_usd,
    sum(days.unallocated_cost_usd) as unallocated_usd,
    charges.superseded_by,
    charges.known_at
from dim_charges as charges
left join fct_charges as days on charges.charge_id = days.charge_id
where $is_all or charges.superseded_by is null
group by all
order by charges.period_from, charges.charge_id
