-- Full days of spend by scope, so many before each organization's day.
create or replace temp table forecast_spend as
with daily as (
    select
        spend.organization,
        spend.date,
        spend.environment,
        spend.traffic_source,
        spend.team,
        spend.project,
        spend.workflow_id,
        spend.model,
        sum(spend.calls) as calls,
        sum(spend.cost_usd) as cost_usd
    from main.rpt_spend_hourly as spend
    inner join forecast_todays as todays on spend.organization = todays.organization
    where spend.date < todays.today and spend.date >= todays.today - $days::integer
    group by all
)

select
    scoped.organization,
    scoped.scope.kind as scope_kind,
    scoped.scope.value as scope,
    scoped.scope.kind || ':' || coalesce(scoped.scope.value, chr(9) || 'none') as key,
    scoped.date,
    sum(scoped.calls)::bigint as calls,
    sum(scoped.cost_usd) as cost_usd
from (
    select
        *,
        unnest([
            {'kind': 'organization', 'value': organization},
            {'kind': 'environment', 'value': environment},
            {'kind': 'traffic_source', 'value': traffic_source},
            {'kind': 'team', 'value': team},
            {'kind': 'project', 'value': project},
            {'kind': 'workflow', 'value': workflow_id},
            {'kind': 'model', 'value': model}
        ]) as scope
    from daily
) as scoped
group by all
