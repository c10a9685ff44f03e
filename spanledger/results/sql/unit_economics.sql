-- Spend by month and scope beside what the business file says of it. A scope of the file counts the spend of its own
-- environment where it names one.
with scoped as (
    select
        date_trunc('month', date)::date as "month",
        organization,
        environment,
        traffic_source,
        calls,
        unknown_cost_calls,
        cost_usd,
        unnest([
            {'kind': 'organization', 'name': null::varchar},
            {'kind': 'team', 'name': team},
            {'kind': 'project', 'name': project},
            {'kind': 'workflow', 'name': workflow_id}
        ]) as scope
    from main.rpt_spend_hourly
),

spend as (
    select
        "month",
        organization,
        environment,
        scope.kind as scope_kind,
        scope.name as scope,
        sum(calls) as calls,
        sum(unknown_cost_calls) as unknown_cost_calls,
        sum(cost_usd) as cost_usd,
        sum(cost_usd) filter (where traffic_source = 'production') as production_cost_usd
    from scoped
    where scope.kind = 'organization' or scope.name is not null
    group by all
),

runs as (
    select
        date_trunc('month', date)::date as "month",
        organization,
        environment,
        workflow_id,
        sum(runs) as runs
    from main.rpt_runs_daily
    where traffic_source = 'production'
    group by all
),

extent as (
    select
        organization,
        min(date) as first_day,
        max(date) as last_day
    from main.rpt_spend_hourly
    group by organization
),

-- where there is one organization, a file that names none means it
business as (
    select * replace (
        case
            when (select count(*) from extent) = 1 and (select max(organization) from meta.business) = ''
                then (select max(organization) from extent)
            else organization
        end as organization
    )
    from meta.business
),

keys as (
    select distinct
        "month",
        organization,
        null::varchar as environment,
        scope_kind,
        scope
    from spend
    union
    select
        "month",
        organization,
        environment,
        scope_kind,
        scope
    from business
)

select
    keys.*,
    coalesce(extent.first_day <= keys."month" and extent.last_day >= keys."month" + interval 1 month, false)
        as is_whole,
    (
        select struct_pack(
            calls := sum(spend.calls)::bigint,
            unknown_cost_calls := sum(spend.unknown_cost_calls)::bigint,
            cost_usd := sum(spend.cost_usd)::decimal(28, 12),
            production_cost_usd := sum(spend.production_cost_usd)::decimal(28, 12)
        )
        from spend
        where spend."month" = keys."month"
            and spend.organization = keys.organization
            and spend.scope_kind = keys.scope_kind
            and spend.scope is not distinct from keys.scope
            and (keys.environment is null or spend.environment = keys.environment)
    ) as spent,
    case
        when keys.scope_kind in ('organization', 'workflow') then (
            select sum(runs.runs)::bigint
            from runs
            where runs."month" = keys."month"
                and runs.organization = keys.organization
                and (keys.scope_kind = 'organization' or runs.workflow_id = keys.scope)
                and (keys.environment is null or runs.environment = keys.environment)
        )
    end as runs,
    business.revenue_usd,
    business.other_cost_usd,
    business.requests,
    business.active_users,
    keys."month" between date_trunc('month', extent.first_day) and extent.last_day as is_within
from keys
left join business
    on keys."month" = business."month"
    and keys.organization = business.organization
    and keys.environment is not distinct from business.environment
    and keys.scope_kind = business.scope_kind
    and keys.scope is not distinct from business.scope
left join extent on keys.organization = extent.organization
order by keys."month", keys.organization, keys.environment, keys.scope_kind, keys.scope;
