{{ config(materialized='table') }}
with overrides as (
    select
        counters.budget_id,
        counters.counter_key,
        counters.window_start,
        overrides.* exclude (budget_id, version)
    from {{ ref('int_budget_counters') }} as counters
    inner join {{ source('meta', 'budget_overrides') }} as overrides on counters.budget_id = overrides.budget_id
    where
        overrides.known_at <= counters.judged_at
        and coalesce(overrides.withdrawn_at > counters.judged_at, true)
        and coalesce(overrides.valid_from <= counters.judged_at, true)
        and overrides.valid_to > counters.judged_at
        and list_has_all(string_split(counters.counter_key, '&'), overrides.counter_parts)
    qualify
        row_number() over (
            partition by counters.budget_id, counters.counter_key, counters.window_start
            order by array_length(overrides.counter_parts) desc, overrides.valid_from desc nulls last, overrides.position desc
        ) = 1
),

limited as (
    select
        counters.*,
        budgets.* exclude (budget_id, version, known_at, limit_usd, limit_tokens, limit_steps),
        cast(coalesce(budgets.limit_usd, budgets.limit_tokens, budgets.limit_steps) as decimal(28, 12)) as own_limit,
        coalesce(
            overrides.limit_usd,
            cast(overrides.limit_count as decimal(28, 12)),
            {{ money("case budgets.unit when 'usd' then trunc(own_limit * overrides.factor, 12) end") }},
            {{ money('trunc(own_limit * overrides.factor)') }},
            own_limit
        ) as limit_amount,
        overrides.reason as override_reason,
        overrides.given_by as override_by,
        overrides.valid_to as override_to,
        cast(case budgets.unit when 'usd' then cost_usd when 'tokens' then tokens else calls end as decimal(28, 12)) as spent,
        coalesce(reserved.amount_usd, cast(reserved.amount_count as decimal(28, 12)), 0) as promised,
        case when counters.has_reservations then promised end as reserved
    from {{ ref('int_budget_counters') }} as counters
    inner join {{ ref('dim_budgets') }} as budgets on counters.version = budgets.version and counters.known_at = budgets.known_at
    left join overrides
        on counters.budget_id = overrides.budget_id
        and counters.counter_key = overrides.counter_key
        and counters.window_start is not distinct from overrides.window_start
    left join {{ source('meta', 'budget_reservations') }} as reserved
        on counters.budget_id = reserved.budget_id
        and counters.counter_key = reserved.counter_key
        and case when budgets.window_kind != 'rolling' then counters.window_start end is not distinct from reserved.window_start
        and counters.is_open = reserved.is_open
),

crossed as (
    select
        *,
        list_filter(
            threshold_policy, lambda policy, place: spent + promised >= threshold_at[place] * limit_amount
        ) as policies
    from limited
)

select
    budget_id,
    counter_key,
    organization,
    environment,
    owner,
    description,
    scope,
    window_kind,
    window_start,
    window_end,
    is_open,
    is_in_force,
    unit,
    {{ in_its_unit('limit_amount', 'limit') }},
    {{ in_its_unit('own_limit', 'own_limit') }},
    cost_usd as spent_usd,
    tokens as spent_tokens,
    calls as spent_steps,
    {{ in_its_unit('reserved', 'reserved') }},
    {{ money('limit_amount - spent - promised') }} as remaining,
    cast(spent as double) / nullif(cast(limit_amount as double), 0) as share_used,
    case
        when spent > limit_amount then 'exceeded'
        when list_contains(policies, 'pause') then 'paused'
        when list_contains(policies, 'approve') then 'needs_approval'
        when list_contains(policies, 'slow') then 'slowed'
        when array_length(policies) > 0 then 'warned'
        else 'ok'
    end as state,
    thresholds,
    unpriced_calls,
    uncounted_calls,
    last_call_at,
    override_reason,
    override_by,
    override_to,
    -- the forecasts of the build fill these in when the models are done
    {%- for column in ['forecast_usd', 'forecast_low_usd', 'forecast_high_usd'] %}
    cast(null as decimal(28, 12)) as {{ column }},
    {%- endfor %}
    cast(null as double) as probability_over,
    {%- for column in ['exhausted_on', 'exhausted_early_on', 'exhausted_late_on'] %}
    cast(null as date) as {{ column }},
    {%- endfor %}
    cast(null as varchar) as no_forecast_reason
from crossed
