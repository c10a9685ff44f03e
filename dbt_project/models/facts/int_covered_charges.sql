{{ config(
    materialized='history', replace_key='charge_day_key', touched='scratch.intermediate.int_touched_charge_days',
    date_column='date'
) }}
-- depends_on: {{ ref('int_touched_charge_days') }}
-- What the lines of a call that a charge pays for come to: its cost, by what each line would have cost, else by quantity.
with lines as (
    select
        shares.charge_id,
        shares.call_id,
        coalesce(lines.usage_number, 0) as usage_number,
        lines.charge_kind,
        lines.quantity,
        lines.cost_usd as metered_cost_usd,
        sum(lines.cost_usd) over (partition by shares.call_id) as call_metered_cost_usd,
        {{ pico('shares.cost_usd') }} as call_pico,
        shares.date
    from {{ ref('int_call_shares') }} as shares
    inner join {{ ref('int_call_charges') }} as lines on shares.call_id = lines.call_id and shares.date = lines.date
),

weighed as (
    select
        *,
        case
            when call_metered_cost_usd > 0 then {{ pico('coalesce(metered_cost_usd, 0)') }}
            else cast(coalesce(quantity, 0) as hugeint)
        end as weight
    from lines
),

placed as (
    select
        *,
        sum(weight) over (partition by call_id order by usage_number, charge_kind rows unbounded preceding) as upto,
        sum(weight) over (partition by call_id) as total
    from weighed
)

select
    {{ charge_day_key('charge_id', 'date') }} as charge_day_key,
    charge_id,
    call_id,
    usage_number,
    charge_kind,
    case
        when total = 0 then {{ money(0) }}
        else {{ of_pico(portion('call_pico', 'upto', 'total') ~ ' - ' ~ portion('call_pico', '(upto - weight)', 'total')) }}
    end as effective_cost_usd,
    date
from placed
