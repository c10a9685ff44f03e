{{ config(materialized='daily', touched_by=['int_calls', 'int_call_charges', 'int_covered_charges']) }}
{%- set touched = touched_dates('int_calls', 'int_call_charges', 'int_covered_charges') %}
with calls as (
    select {{ change_columns() }}
    from {{ ref('fct_calls') }}
    where date in ({{ touched }})
),

charges as (
    select * from {{ ref('fct_call_charges') }}
    where date in ({{ touched }})
),

lines as (
    {{ costed_lines('calls', 'charges', ref('dim_prices')) }}
)

select
    date,
    {{ change_scope() }},
    workflow_id,
    model,
    sku,
    unit,
    {{ summed_lines() }}
from lines
group by all
