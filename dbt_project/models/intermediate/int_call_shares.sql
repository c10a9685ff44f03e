-- What each call costs that a charge pays for: its part of the charge's day, by what the calls of that day would have cost
-- or by their tokens, as the rule says. The parts add up to the day, to the last pico-dollar; where there is nothing to
-- share by, each is 0.
with calls as (
    select charge_id, call_id, date, started_ns, metered_cost_usd, input_tokens, output_tokens, usage_error
    from {{ ref('int_covered_calls') }}
    union all
    select charge_id, call_id, date, started_ns, metered_cost_usd, input_tokens, output_tokens, usage_error
    from {{ history('int_calls') }}
    where
        charge_id is not null
        and date in (select date from {{ ref('int_touched_charge_days') }})
        and (charge_id, date) in (select (charge_id, date) from {{ ref('int_touched_charge_days') }})
        and date not in (select date from {{ source('meta', 'recharged_dates') }})
        and trace_key not in (select trace_key from {{ ref('int_touched_traces') }})
),

weighed as (
    select
        calls.charge_id,
        calls.call_id,
        calls.date,
        calls.started_ns,
        {{ pico('days.effective_cost_usd') }} as day_pico,
        case
            when rules.allocate_by = 'metered' then {{ pico('coalesce(calls.metered_cost_usd, 0)') }}
            when calls.usage_error is null then cast(coalesce(calls.input_tokens, 0) + coalesce(calls.output_tokens, 0) as hugeint)
            else cast(0 as hugeint)
        end as weight
    from calls
    inner join {{ source('meta', 'charge_days') }} as days on calls.charge_id = days.charge_id and calls.date = days.date
    inner join (select distinct rule, allocate_by from {{ source('meta', 'coverage_rules') }}) as rules
        on days.covers = rules.rule
),

placed as (
    select
        *,
        sum(weight) over (partition by charge_id, date order by started_ns, call_id rows unbounded preceding) as upto,
        sum(weight) over (partition by charge_id, date) as total
    from weighed
)

select
    charge_id,
    call_id,
    date,
    case
        when total = 0 then {{ money(0) }}
        else {{ of_pico(portion('day_pico', 'upto', 'total') ~ ' - ' ~ portion('day_pico', '(upto - weight)', 'total')) }}
    end as cost_usd
from placed
