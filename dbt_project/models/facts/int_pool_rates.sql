-- How many shared dollars each production dollar of a pool carries, per UTC month. A pool is a project; what finds
-- no production in its project falls back to the team, then to the organisation, then stays unallocated.
with pools as (
    select
        cast(date_trunc('month', task_date) as date) as month,
        organization,
        coalesce(team, '') as team,
        coalesce(project, '') as project,
        sum(direct_cost_usd) as direct,
        sum(shared_cost_usd) as shared
    from {{ ref('int_pool_days') }}
    group by all
),

levels as (
    select
        *,
        sum(direct) over team_pool as team_direct,
        sum(case when direct = 0 then shared else 0 end) over team_pool as team_shared,
        sum(direct) over organization_pool as organization_direct
    from pools
    window
        team_pool as (partition by month, organization, team),
        organization_pool as (partition by month, organization)
),

fallen as (
    select
        *,
        sum(case when direct = 0 and team_direct = 0 then shared else 0 end) over (partition by month, organization)
            as organization_shared
    from levels
)

select
    month,
    organization,
    team,
    project,
    case when direct > 0 then cast(shared as double) / cast(direct as double) else 0 end
    + case when team_direct > 0 then cast(team_shared as double) / cast(team_direct as double) else 0 end
    + case when organization_direct > 0 then cast(organization_shared as double) / cast(organization_direct as double) else 0 end
        as rate
from fallen
