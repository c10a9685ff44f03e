-- Each call with the shape by which `rpt_call_shapes` sums like calls.
with shaped as (
    {{ call_shapes() }}
)

select
    date,
    call_id,
    organization,
    environment,
    workflow_id,
    step,
    traffic_source,
    model,
    price_provider,
    price_model,
    service_tier,
    paid_again,
    asked_again,
    is_cache_hit,
    input_tokens_to,
    output_tokens_to,
    cost_usd
from shaped
