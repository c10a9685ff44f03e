{{ config(materialized='table') }}
select
    version,
    budget_id,
    owner,
    description,
    scope,
    {%- for dimension in budget_dimensions() %}
    nullif({{ dimension }}, '*') as {{ dimension }},
    {%- endfor %}
    unit,
    limit_usd,
    case when unit = 'tokens' then limit_count end as limit_tokens,
    case when unit = 'steps' then limit_count end as limit_steps,
    window_kind,
    window_seconds,
    time_zone,
    thresholds,
    threshold_at,
    threshold_policy,
    threshold_to,
    when_unreachable,
    deadline_ms,
    alternatives,
    valid_from,
    valid_to,
    scope_key,
    known_at,
    withdrawn_at
from {{ source('meta', 'budgets') }}
