-- Full days of spend by scope, of the time before each organization's newest day.
create or replace temp table forecast_spend as
select
    spend.organization,
    spend.scope.kind as scope_kind,
    spend.scope.value as scope,
    spend.date,
    sum(spend.calls) as calls,
    sum(spend.cost_usd) as cost_usd
from (
    select
        spend.organization,
        spend.date,
        spend.calls,
        spend.cost_usd,
        unnest([
            {'kind': 'organization', 'value': spend.organization},
            {'kind': 'environment', 'value': spend.environment},
            {'kind': 'traffic_source', 'value': spend.traffic_source},
            {'kind': 'team', 'value': spend.team},
            {'kind': 'project', 'value': spend.project},
            {'kind': 'workflow', 'value': spend.workflow_id},
            {'kind': 'model', 'value': spend.model}
        ]) as scope
    from main.rpt_spend_hourly as spend
    inner join forecast_todays as todays on spend.organization = todays.organization
    where spend.date < todays.today and spend.date >= todays.today - $days::integer
) as spend
group by all
