{{ config(
    materialized='history', replace_key='trace_key', touched='scratch.intermediate.int_touched_traces', date_column='date'
) }}
-- depends_on: {{ ref('int_touched_traces') }}
-- What each call is charged, line by line: units of a kind times their price, and one line for what a reported cost
-- says beyond that. A call's lines add up to its cost. Lines of a call that nobody can price have no cost.
with calls as (
    select * from {{ ref('int_calls_priced') }}
    where not coalesce(is_cache_hit, false)
),

units as (
    select
        usages.*,
        unnest([
            {%- for kind in charge_kinds() %}
            struct_pack(
                kind := '{{ kind }}',
                unit := '{{ "request" if kind == "request" else "token" }}',
                quantity := cast({{ quantity_of(kind) }} as bigint),
                price_id := {{ kind }}_price_id,
                list_unit_price_usd := {{ kind }}_list_usd,
                unit_price_usd := {{ kind }}_usd,
                list_cost_usd := {{ money(kind_cost(kind, kind ~ '_list_usd')) }},
                cost_usd := {{ money(kind_cost(kind, kind ~ '_usd')) }}
            ){{ "," if not loop.last }}
            {%- endfor %}
        ]) as line
    from {{ ref('int_usages_priced') }} as usages
    where is_countable
),

metered as (
    select
        calls.trace_key,
        calls.organization,
        calls.call_id,
        units.usage_number,
        units.line.kind as charge_kind,
        units.provider,
        units.model,
        units.price_provider,
        units.price_model,
        units.service_tier,
        units.rated_service_tier,
        units.context_tier,
        units.region,
        units.input_tokens as context_tokens,
        units.line.quantity as quantity,
        units.line.unit as unit,
        units.line.price_id as price_id,
        units.line.list_unit_price_usd as list_unit_price_usd,
        units.line.unit_price_usd as contracted_unit_price_usd,
        case when calls.list_cost_usd is not null and calls.computed_cost_usd is not null then units.line.list_cost_usd end
            as list_cost_usd,
        case when calls.computed_cost_usd is not null then units.line.cost_usd end as cost_usd,
        calls.started_ns
    from calls
    inner join units on calls.call_id = units.call_id
    where units.line.quantity > 0
),

-- A reported cost that counts: beside a computed one only the difference, else all of it.
reported as (
    select
        trace_key,
        organization,
        call_id,
        case when computed_cost_usd is null then 'reported' else 'adjustment' end as charge_kind,
        provider,
        model,
        {{ money('case when computed_cost_usd is null then cost_usd else 0 end') }} as list_cost_usd,
        {{ money('cost_usd - coalesce(computed_cost_usd, 0)') }} as cost_usd,
        started_ns
    from calls
    where cost_source in ('provider', 'client') and cost_usd is distinct from computed_cost_usd
)

select
    *,
    {{ utc_date('started_ns') }} as date
from (
    select * from metered
    union all by name
    select * from reported
)
