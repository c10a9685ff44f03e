-- Of each scope and day on which rates change: what the use of the four weeks before would cost at the new rates, as a
-- multiple of what it cost.
with costed as (
    select
        scoped.organization,
        scoped.scope.kind as scope_kind,
        scoped.scope.value as scope,
        scoped.date,
        scoped.price_id,
        sum(scoped.cost_usd) as cost_usd
    from (
        select
            calls.organization,
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
        where charges.price_id in (select price_id from forecast_price_changes)
    ) as scoped
    group by all
),

-- a change ahead is told by the newest four weeks
stretches as (
    select
        todays.organization,
        todays.today,
        changes.at_date,
        changes.known_date,
        changes.price_id,
        changes.ratio,
        least(changes.at_date, todays.today) as before_date
    from forecast_price_changes as changes
    cross join forecast_todays as todays
),

changed as (
    select
        stretches.organization,
        costed.scope_kind,
        costed.scope,
        stretches.at_date,
        stretches.before_date,
        max(stretches.known_date) as known_date,
        sum(costed.cost_usd * (stretches.ratio - 1))::double as change_usd
    from stretches
    inner join costed
        on stretches.organization = costed.organization
        and stretches.price_id = costed.price_id
        and costed.date < stretches.before_date
        and costed.date >= stretches.before_date - $days::integer
    group by all
)

select
    changed.organization,
    changed.scope_kind,
    changed.scope,
    changed.at_date,
    changed.known_date,
    1 + changed.change_usd / nullif(sum(spend.cost_usd), 0)::double as factor
from changed
inner join forecast_spend as spend
    on changed.organization = spend.organization
    and changed.scope_kind = spend.scope_kind
    and changed.scope is not distinct from spend.scope
    and spend.date < changed.before_date
    and spend.date >= changed.before_date - $days::integer
group by changed.organization, changed.scope_kind, changed.scope, changed.at_date, changed.known_date, changed.change_usd
having abs(changed.change_usd) > 1e-9 and factor > 0
order by all
