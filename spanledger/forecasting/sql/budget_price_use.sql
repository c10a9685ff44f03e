-- The same of budgets' counters, each with its number as the scope: of the calls that a counter counts. An empty value
-- stands for calls that do not say the dimension.
create or replace temp view forecast_price_spend as
select
    null::varchar as organization,
    'budget' as scope_kind,
    counters.number as scope,
    days.date,
    days.cost_usd
from facts.int_budget_days as days
inner join forecast_counters as counters on days.scope_key = counters.scope_key and days.counter_key = counters.counter_key;

create or replace temp table forecast_price_use as
select
    null::varchar as organization,
    'budget' as scope_kind,
    counters.number as scope,
    counters.today,
    calls.date,
    charges.price_id,
    sum(charges.effective_cost_usd) as cost_usd
from main.fct_call_charges as charges
inner join main.fct_calls as calls on charges.call_id = calls.call_id and charges.date = calls.date
inner join forecast_counters as counters
    on coalesce(counters.organization = coalesce(calls.organization, ''), true)
    and coalesce(counters.team = coalesce(calls.team, ''), true)
    and coalesce(counters.project = coalesce(calls.project, ''), true)
    and coalesce(counters.environment = coalesce(calls.environment, ''), true)
    and coalesce(counters.service_name = coalesce(calls.service_name, ''), true)
    and coalesce(counters.feature = coalesce(calls.feature, ''), true)
    and coalesce(counters.customer_id = coalesce(calls.customer_id, ''), true)
    and coalesce(counters.user_id = coalesce(calls.user_id, ''), true)
    and coalesce(counters.workflow_id = coalesce(calls.workflow_id, ''), true)
    and coalesce(counters.workflow_run_id = coalesce(calls.workflow_run_id, ''), true)
    and coalesce(counters.task_id = coalesce(calls.task_id, ''), true)
    and coalesce(counters.agent_name = coalesce(calls.agent_name, ''), true)
    and coalesce(counters.model = coalesce(calls.model, ''), true)
    and coalesce(counters.traffic_source = coalesce(calls.traffic_source, ''), true)
where
    charges.date >= $first::date
    and charges.date < $last::date
    and charges.price_id in (select price_id from forecast_price_changes)
    and calls.cost_source = 'computed'
group by all
