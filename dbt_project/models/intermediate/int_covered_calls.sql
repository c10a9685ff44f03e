-- Calls that a charge pays for, of those that this build has read or read again and of days whose charges changed.
{%- set facts = coverage_columns() + ['started_ns', 'metered_cost_usd', 'input_tokens', 'output_tokens', 'usage_error'] %}
with calls as (
    select
        {{ select_list(facts) }},
        {{ utc_date('started_ns') }} as date,
        cast(null as bigint) as run_key
    from {{ ref('int_calls_priced') }}
    union all
    select
        {{ select_list(facts) }},
        date,
        run_key
    from {{ history('int_calls') }}
    where
        date in (select date from {{ source('meta', 'recharged_dates') }})
        and trace_key not in (select trace_key from {{ ref('int_touched_traces') }})
)

select
    covered.charge_id,
    calls.call_id,
    calls.date,
    calls.run_key,
    calls.started_ns,
    calls.metered_cost_usd,
    calls.input_tokens,
    calls.output_tokens,
    calls.usage_error
from ({{ covering_charges('calls') }}) as covered
inner join calls on covered.call_id = calls.call_id
