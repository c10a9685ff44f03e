-- On the days written again every call counts once in each scope of a budget that it is in. A counter shows all that its scope
-- holds, where the budget never said otherwise, and has one row a window; of runs only those that are still shown.
with scopes as (
    select distinct
        scope_key,
        {{ select_list(budget_dimensions()) }}
    from {{ source('meta', 'budgets') }}
),

calls as (
    select
        * replace (coalesce(workflow_id, run_workflow_id) as workflow_id),
        run_id as workflow_run_id
    from {{ ref('int_calls') }}
    where date in ({{ touched_dates('int_calls') }})
),

expected as (
    select
        scopes.scope_key,
        calls.date,
        count(*) as calls,
        coalesce(sum(calls.cost_usd), 0) as cost_usd
    from calls
    inner join scopes on {{ is_in_scope('scopes', 'calls') }}
    group by scopes.scope_key, calls.date
),

counted as (
    select
        scope_key,
        date,
        sum(calls) as calls,
        sum(cost_usd) as cost_usd
    from {{ ref('int_budget_days') }}
    where date in ({{ touched_dates('int_calls') }})
    group by scope_key, date
),

constant as (
    select
        budget_id,
        any_value(scope_key) as scope_key,
        any_value(window_kind) as window_kind
    from {{ source('meta', 'budgets') }}
    group by budget_id
    having
        count(*) = 1
        and any_value(window_kind) != 'rolling'
        and any_value(valid_from) is null
        and any_value(valid_to) is null
        and any_value(withdrawn_at) is null
),

held as (
    select
        constant.budget_id,
        sum(days.calls) as calls,
        sum(days.cost_usd) as cost_usd
    from constant
    inner join {{ ref('int_budget_days') }} as days on constant.scope_key = days.scope_key
    left join (select distinct budget_id, counter_key from {{ ref('rpt_budget_status') }}) as kept
        on constant.budget_id = kept.budget_id and days.counter_key = kept.counter_key
    where constant.window_kind != 'run' or kept.budget_id is not null
    group by constant.budget_id
),

shown as (
    select
        budget_id,
        sum(spent_steps) as calls,
        sum(spent_usd) as cost_usd,
        count(*) - count(distinct (counter_key, window_start)) as doubled
    from {{ ref('rpt_budget_status') }}
    group by budget_id
)

select
    'days of ' || scope_key || ' on ' || date as place,
    expected.calls as expected_calls,
    counted.calls,
    expected.cost_usd as expected_cost_usd,
    counted.cost_usd
from expected
full join counted using (scope_key, date)
where expected.calls is distinct from counted.calls or expected.cost_usd is distinct from counted.cost_usd
union all
select
    'budget ' || shown.budget_id,
    held.calls,
    shown.calls,
    held.cost_usd,
    shown.cost_usd
from shown
left join held on shown.budget_id = held.budget_id
where shown.doubled > 0 or held.calls != shown.calls or held.cost_usd != shown.cost_usd
