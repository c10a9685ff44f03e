{{ config(materialized='daily', touched_by=['int_calls', 'int_call_charges', 'int_covered_charges']) }}
-- Which rates priced a day's calls: charge lines by rate, so that the prices page joins no charge with its call.
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
    count(*) as lines
from {{ ref('fct_calls') }} as calls
inner join {{ ref('fct_call_charges') }} as charges on calls.call_id = charges.call_id and calls.date = charges.date
where calls.date in ({{ touched }}) and charges.date in ({{ touched }}) and charges.price_id is not null
group by all
order by calls.date
