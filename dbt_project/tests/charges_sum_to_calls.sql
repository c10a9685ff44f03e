-- A call's charges add up to its cost, exactly, and a call without a known cost has none in its charges: what they come
-- to, and what is metered, which a charge that pays for the call leaves as it is.
with charges as (
    select
        call_id,
        sum(contracted_cost_usd) as metered_usd,
        sum(effective_cost_usd) as charged_usd
    from {{ ref('fct_call_charges') }}
    where date in ({{ touched_dates('int_calls') }} union {{ touched_dates('int_call_charges') }})
    group by call_id
),

calls as (
    select
        call_id,
        metered_cost_usd,
        cost_usd
    from {{ ref('int_calls') }}
    where date in ({{ touched_dates('int_calls') }} union {{ touched_dates('int_call_charges') }})
)

select
    call_id,
    calls.cost_usd,
    charges.charged_usd,
    calls.metered_cost_usd,
    charges.metered_usd
from calls
full join charges using (call_id)
where
    nullif(calls.cost_usd, 0) is distinct from nullif(charges.charged_usd, 0)
    or (calls.cost_usd is null) and charges.charged_usd is not null
    or nullif(calls.metered_cost_usd, 0) is distinct from nullif(charges.metered_usd, 0)
