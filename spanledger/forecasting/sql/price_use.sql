-- Spend of scopes at rates that change. Where no rate made the cost (a seat, provisioned throughput, a bill that says it
-- itself) a change of rates changes nothing.
create or replace temp table forecast_price_use as
select
    scoped.organization,
    scoped.scope.kind as scope_kind,
    scoped.scope.value as scope,
    scoped.today,
    scoped.date,
    scoped.price_id,
    sum(scoped.cost_usd) as cost_usd
from (
    select
        calls.organization,
        todays.today,
        calls.date,
        charges.price_id,
        charges.effective_cost_usd as cost_usd,
        unnest([
            {'kind': 'organization', 'value': calls.organization},
            {'kind': 'environment', 'value': calls.environment},
            {'kind': 'traffic_source', 'value': calls.traffic_source},
            {'kind': 'team', 'value': calls.team},
            {'kind': 'project', 'value': calls.project},
            {'kind': 'workflow', 'value': calls.workflow_id},
            {'kind': 'model', 'value': calls.model}
        ]) as scope
    from main.fct_call_charges as charges
    inner join main.fct_calls as calls on charges.call_id = calls.call_id and charges.date = calls.date
    inner join forecast_todays as todays on calls.organization = todays.organization
    where charges.price_id in (select price_id from forecast_price_changes) and calls.cost_source = 'computed'
) as scoped
group by all;

create or replace temp view forecast_price_spend as from forecast_spend;
