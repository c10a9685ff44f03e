{{ config(materialized='daily', touched_by=['int_calls', 'int_call_charges', 'int_covered_charges']) }}
{%- set touched = touched_dates('int_calls', 'int_call_charges', 'int_covered_charges') %}
{%- set answered = "status = 'ok' and spend_class != 'failed_attempt'" %}
-- Like calls of a day, summed: as much as levers need to know. Lengths stand in powers of two, so that what lies beyond one
-- adds up exactly over any days.
with lines as (
    select
        call_id,
        max(price_provider) as price_provider,
        max(price_model) as price_model,
        sum(effective_cost_usd) filter (where charge_kind = 'input') as input_cost_usd,
        sum(effective_cost_usd) filter (where charge_kind = 'cache_read') as cache_read_cost_usd,
        sum(effective_cost_usd) filter (where charge_kind in ('cache_write', 'cache_write_1h')) as cache_write_cost_usd,
        sum(effective_cost_usd) filter (where charge_kind in ('output', 'output_reasoning')) as output_cost_usd
    from {{ ref('fct_call_charges') }}
    where date in ({{ touched }})
    group by call_id
),

-- Beside each call the last before it, on the same day, that asked the same and got an answer.
calls as (
    select
        *,
        last_value(case when {{ answered }} then started_at end ignore nulls) over same as same_at,
        last_value(case when {{ answered }} then coalesce(output_hash, '') end ignore nulls) over same as same_output_hash
    from {{ ref('fct_calls') }}
    where date in ({{ touched }})
    window same as (
        partition by date, organization, environment, workflow_id, step, traffic_source, model, input_hash
        order by started_at, call_id rows between unbounded preceding and 1 preceding
    )
),

shaped as (
    select
        calls.*,
        lines.* exclude (call_id),
        case
            when spend_class != 'retry_duplicate' or duplicate_of_run_id = workflow_run_id then 'no'
            when duplicate_evidence = 'position' then 'position'
            else 'proven'
        end as paid_again,
        case
            when input_hash is null or same_at is null or is_concurrent then 'no'
            when traffic_source in ('eval', 'replay') or same_at < started_at - interval '1 hour' then 'day'
            when operation = 'embeddings' or (same_output_hash = output_hash and output_hash is not null) then 'answer'
            else 'hour'
        end as asked_again,
        coalesce(cached_input_tokens, 0) > 0 as is_cache_hit,
        {{ power_of_two('input_tokens') }} as input_tokens_to,
        {{ power_of_two('output_tokens') }} as output_tokens_to
    from calls
    left join lines on calls.call_id = lines.call_id
)

select
    date,
    organization,
    environment,
    workflow_id,
    step,
    traffic_source,
    model,
    price_provider,
    price_model,
    coalesce(rated_service_tier, service_tier, 'standard') as service_tier,
    paid_again,
    asked_again,
    is_cache_hit,
    input_tokens_to,
    output_tokens_to,
    count(*) as calls,
    count(*) filter (where cost_usd is null) as unknown_cost_calls,
    cast(coalesce(sum(input_tokens), 0) as bigint) as input_tokens,
    -- parts of an input that nobody said would be more than the whole
    cast(coalesce(sum(cached_input_tokens) filter (where input_tokens is not null), 0) as bigint) as cached_input_tokens,
    cast(coalesce(sum(cache_write_tokens) filter (where input_tokens is not null), 0) as bigint) as cache_write_tokens,
    cast(coalesce(sum(output_tokens), 0) as bigint) as output_tokens,
    {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd,
    {{ money('coalesce(sum(input_cost_usd), 0)') }} as input_cost_usd,
    {{ money('coalesce(sum(cache_read_cost_usd), 0)') }} as cache_read_cost_usd,
    {{ money('coalesce(sum(cache_write_cost_usd), 0)') }} as cache_write_cost_usd,
    {{ money('coalesce(sum(output_cost_usd), 0)') }} as output_cost_usd
from shaped
group by all
