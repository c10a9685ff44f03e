{{ config(materialized='daily', touched_by=['int_calls', 'int_call_charges', 'int_covered_charges']) }}
{%- set touched = touched_dates('int_calls', 'int_call_charges', 'int_covered_charges') %}
with outputs as (
    select
        date,
        call_id,
        sum(effective_cost_usd) as cost_usd
    from {{ ref('fct_call_charges') }}
    where date in ({{ touched }}) and charge_kind in ('output', 'output_reasoning')
    group by all
)

select
    calls.date,
    date_trunc('hour', calls.started_at) as hour_at,
    calls.organization,
    calls.environment,
    calls.team,
    calls.project,
    calls.workflow_id,
    calls.traffic_source,
    calls.model,
    calls.prompt_version,
    calls.code_version,
    count(*) as calls,
    count(*) filter (where calls.cost_usd is null) as unknown_cost_calls,
    cast(coalesce(sum(calls.input_tokens), 0) as bigint) as input_tokens,
    cast(coalesce(sum(calls.output_tokens), 0) as bigint) as output_tokens,
    {{ money('coalesce(sum(outputs.cost_usd), 0)') }} as output_cost_usd,
    {{ money('coalesce(sum(calls.cost_usd), 0)') }} as cost_usd
from {{ ref('fct_calls') }} as calls
left join outputs on calls.call_id = outputs.call_id and calls.date = outputs.date
where calls.date in ({{ touched }})
group by all
