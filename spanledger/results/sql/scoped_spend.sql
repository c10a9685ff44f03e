-- Spend by scope and step over `temp.anomaly_range`: of every scope that spends its organization's floor on some judged day,
-- as only such a scope can be flagged. The floor and its constants: transforms/anomalies/money.py.
create or replace temp table anomaly_steps as
select
    spend.organization,
    spend.environment,
    spend.date,
    cast(epoch(spend.hour_at) as bigint) // range.step_seconds as step,
    scope.kind as scope_kind,
    scope.value as scope,
    sum(spend.cost_usd) as cost_usd
from (
    select
        *,
        unnest([
            {'kind': 'organization', 'value': organization},
            {'kind': 'traffic_source', 'value': traffic_source},
            {'kind': 'team', 'value': team},
            {'kind': 'project', 'value': project},
            {'kind': 'workflow', 'value': workflow_id},
            {'kind': 'model', 'value': model}
        ]) as scope
    from main.rpt_spend_hourly
    where date >= (select first_day from anomaly_range) and date < (select until_day from anomaly_range)
) as spend
cross join anomaly_range as range
group by all;

create or replace temp table anomaly_floors as
with days as (
    select
        organization,
        environment,
        date,
        sum(cost_usd) as cost_usd
    from anomaly_steps
    where scope_kind = 'organization'
    group by all
)

select
    days.organization,
    days.environment,
    days.date,
    greatest(
        range.least_usd,
        coalesce(sum(days.cost_usd) over month / count(*) over month, 0) * range.least_share
    ) as floor_usd
from days
cross join anomaly_range as range
window month as (
    partition by days.organization, days.environment
    order by days.date
    range between to_days(range.floor_days) preceding and to_days(1) preceding
);

create or replace temp table anomaly_scopes as
select distinct
    spent.organization,
    spent.environment,
    spent.scope_kind,
    spent.scope
from (
    select
        organization,
        environment,
        scope_kind,
        scope,
        date,
        sum(cost_usd) as cost_usd
    from anomaly_steps
    where date >= (select judged_day from anomaly_range)
    group by all
) as spent
inner join anomaly_floors as floors
    on spent.organization = floors.organization
    and spent.environment is not distinct from floors.environment
    and spent.date = floors.date
where spent.cost_usd >= floors.floor_usd;
