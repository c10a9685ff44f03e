{{ config(post_hook="{{ charges_as_of(this) }}") }}
-- depends_on: {{ ref('fct_calls') }}
select
    lines.organization,
    lines.call_id,
    coalesce(lines.usage_number, 0) as usage_number,
    lines.charge_kind,
    {{ at_utc('lines.started_ns') }} as started_at,
    lines.date,
    provider,
    model,
    price_provider,
    price_model,
    service_tier,
    rated_service_tier,
    context_tokens,
    context_tier,
    region,
    cast(quantity as decimal(28, 12)) as quantity,
    unit,
    price_id,
    list_unit_price_usd as list_unit_price,
    contracted_unit_price_usd as contracted_unit_price,
    list_cost_usd,
    cost_usd as contracted_cost_usd,
    case when covered.call_id is null then cost_usd else covered.effective_cost_usd end as effective_cost_usd,
    'USD' as currency
from {{ ref('int_call_charges') }} as lines
left join {{ ref('int_covered_charges') }} as covered
    on lines.date = covered.date
    and lines.call_id = covered.call_id
    and coalesce(lines.usage_number, 0) = covered.usage_number
    and lines.charge_kind = covered.charge_kind
{{ where_kept('lines.date') }}
