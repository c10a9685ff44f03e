{{ config(materialized='daily', touched_by=['int_calls', 'int_call_charges', 'int_covered_charges']) }}
-- What a day's calls were charged by each model's rates, so that the prices page joins no charge with its call. A call is of
-- one day, so counts of calls add up over days.
{%- set touched = touched_dates('int_calls', 'int_call_charges', 'int_covered_charges') %}
select
    calls.date,
    calls.organization,
    calls.environment,
    calls.team,
    calls.project,
    calls.workflow_id,
    calls.model,
    calls.traffic_source,
    charges.price_provider,
    charges.price_model,
    charges.charge_kind,
    charges.unit,
    charges.rated_service_tier,
    charges.context_tier,
    count(distinct charges.call_id) as calls,
    {{ money('sum(charges.quantity)') }} as quantity,
    {{ money('sum(charges.contracted_cost_usd)') }} as contracted_cost_usd,
    {{ money('sum(charges.list_cost_usd)') }} as list_cost_usd
from {{ ref('fct_calls') }} as calls
inner join {{ ref('fct_call_charges') }} as charges on calls.call_id = charges.call_id and calls.date = charges.date
where calls.date in ({{ touched }}) and charges.date in ({{ touched }}) and charges.price_model is not null
group by all
order by calls.date
