{{ config(materialized='daily', touched_by=['int_calls', 'int_call_charges', 'int_covered_charges']) }}
-- Which rates priced a day's calls, and what at: charge lines by rate, so that neither the prices page nor forecasts of rates
-- that change join each charge with its call.
{%- set touched = touched_dates('int_calls', 'int_call_charges', 'int_covered_charges') %}
select
    calls.date,
    calls.organization,
    calls.environment,
    calls.team,
    calls.project,
    calls.workflow_id,
    calls.model,
    calls.provider,
    calls.traffic_source,
    charges.price_provider,
    charges.price_model,
    charges.price_id,
    count(*) as lines,
    {{ money("coalesce(sum(charges.effective_cost_usd) filter (where calls.cost_source = 'computed'), 0)") }}
        as computed_cost_usd
from {{ ref('fct_calls') }} as calls
inner join {{ ref('fct_call_charges') }} as charges on calls.call_id = charges.call_id and calls.date = charges.date
where calls.date in ({{ touched }}) and charges.date in ({{ touched }}) and charges.price_id is not null
group by all
order by calls.date
