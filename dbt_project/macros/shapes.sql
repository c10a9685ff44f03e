{# The least power of two that is not below a count; 1 for none, null where it is unknown. #}
{% macro power_of_two(count) -%}
  case when {{ count }} is not null then cast(power(2, ceil(log2(greatest({{ count }}, 1)))) as bigint) end
{%- endmacro %}

{# What makes calls alike: the columns that their sums have in common. #}
{% macro shape_columns() %}
  {{ return([
      'organization', 'environment', 'workflow_id', 'step', 'traffic_source', 'model',
      'price_provider', 'price_model', 'service_tier', 'paid_again', 'asked_again', 'is_cache_hit',
      'input_tokens_to', 'output_tokens_to',
  ]) }}
{% endmacro %}

{#
  Each call with its shape: what `rpt_call_shapes` sums like calls by, and what they cost by part. `days`: SQL that says which
  UTC days; all of them without. Lengths stand in powers of two, so that what lies beyond one adds up exactly over any days.
#}
{% macro call_shapes(days=none) %}
{%- set answered = "status = 'ok' and spend_class != 'failed_attempt'" %}
{%- set chosen = "where date in (" ~ days ~ ")" if days else "" %}
with lines as (
    select
        date,
        call_id,
        max(price_provider) as price_provider,
        max(price_model) as price_model,
        sum(effective_cost_usd) filter (where charge_kind = 'input') as input_cost_usd,
        sum(effective_cost_usd) filter (where charge_kind = 'cache_read') as cache_read_cost_usd,
        sum(effective_cost_usd) filter (where charge_kind in ('cache_write', 'cache_write_1h')) as cache_write_cost_usd,
        sum(effective_cost_usd) filter (where charge_kind in ('output', 'output_reasoning')) as output_cost_usd
    from {{ ref('fct_call_charges') }}
    {{ chosen }}
    group by date, call_id
),

-- Beside each call the last before it, on the same day, that asked the same and got an answer.
calls as (
    select
        *,
        last_value(case when {{ answered }} then started_at end ignore nulls) over same as same_at,
        last_value(case when {{ answered }} then coalesce(output_hash, '') end ignore nulls) over same as same_output_hash
    from {{ ref('fct_calls') }}
    {{ chosen }}
    window same as (
        partition by date, organization, environment, workflow_id, step, traffic_source, model, input_hash
        order by started_at, call_id rows between unbounded preceding and 1 preceding
    )
)

select
    calls.* exclude (service_tier),
    coalesce(rated_service_tier, service_tier, 'standard') as service_tier,
    lines.* exclude (date, call_id),
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
left join lines on calls.date = lines.date and calls.call_id = lines.call_id
{% endmacro %}
