{{ config(materialized='daily', touched_by=['int_calls']) }}
-- What the calls of a day come to in each counter of each scope that a budget ever had. Days that this build does not write
-- again are read for scopes that are new.
{%- set is_growing = new_budget_scopes() > 0 %}
with scopes as (
    select distinct
        scope_key,
        window_kind,
        time_zone,
        {{ select_list(budget_dimensions()) }}
    from {{ source('meta', 'budgets') }}
),

calls as (
    select
        * replace (coalesce(workflow_id, run_workflow_id) as workflow_id),
        run_id as workflow_run_id,
        {{ at_utc('started_ns') }} as started_at,
        date in ({{ touched_dates('int_calls') }}) as is_touched
    from {{ ref('int_calls') }}
    {%- if not is_growing %}
    where date in ({{ touched_dates('int_calls') }})
    {%- endif %}
),

counted as (
    select
        calls.*,
        scopes.scope_key,
        {{ counter_key('scopes', 'calls') }} as counter_key,
        {{ window_start('scopes.window_kind', 'scopes.time_zone', 'calls.started_at') }} as window_start,
        case when scopes.window_kind = 'rolling' then {{ quarter_hour('calls.started_at') }} end as bucket_at
    from calls
    inner join scopes on {{ is_in_scope('scopes', 'calls') }}
    {%- if is_growing %}
    where calls.is_touched or scopes.scope_key in (select scope_key from {{ source('meta', 'new_budget_scopes') }})
    {%- endif %}
)

select
    date,
    scope_key,
    counter_key,
    window_start,
    bucket_at,
    count(*) as calls,
    count(*) filter (where cost_usd is null) as unpriced_calls,
    count(*) filter (where input_tokens is null and output_tokens is null) as uncounted_calls,
    {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd,
    cast(coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), 0) as bigint) as tokens,
    max(started_at) as last_call_at
from counted
group by date, scope_key, counter_key, window_start, bucket_at
