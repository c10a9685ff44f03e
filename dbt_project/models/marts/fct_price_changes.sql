select
    build_id,
    restated_at as repriced_at,
    call_id,
    organization,
    date,
    provider,
    model,
    old_cost_usd,
    new_cost_usd,
    change_usd
from {{ ref('fct_restatements') }}
where reason = 'price'
