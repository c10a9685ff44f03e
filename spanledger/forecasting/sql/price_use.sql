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
        rates.organization,
        todays.today,
        rates.date,
        rates.price_id,
        rates.computed_cost_usd as cost_usd,
        unnest([
            {'kind': 'organization', 'value': rates.organization},
            {'kind': 'environment', 'value': rates.environment},
            {'kind': 'traffic_source', 'value': rates.traffic_source},
            {'kind': 'team', 'value': rates.team},
            {'kind': 'project', 'value': rates.project},
            {'kind': 'workflow', 'value': rates.workflow_id},
            {'kind': 'model', 'value': rates.model}
        ]) as scope
    from main.rpt_rates_daily as rates
    inner join forecast_todays as todays on rates.organization = todays.organization
    where rates.price_id in (select price_id from forecast_price_changes)
) as scoped
group by all;

create or replace temp view forecast_price_spend as from forecast_spend;
