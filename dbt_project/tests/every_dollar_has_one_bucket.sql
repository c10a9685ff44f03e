-- Direct + allocated + unallocated + untasked + unknown = total, by month: what production tasks are charged beside
-- their own cost, and what finds no production task in its organisation, make up the shared spend.
-- Allocation multiplies by a rate in double precision, hence the tolerance: a trillionth, and a pico-dollar a task.
with pools as (
    select
        cast(date_trunc('month', task_date) as date) as month,
        organization,
        coalesce(team, '') as team,
        coalesce(project, '') as project,
        sum(direct_cost_usd) as direct_cost_usd,
        sum(shared_cost_usd) as shared_cost_usd
    from {{ ref('int_pool_days') }}
    group by all
),

months as (
    select
        pools.month,
        pools.organization,
        sum(pools.direct_cost_usd) as direct_cost_usd,
        sum(pools.shared_cost_usd) as shared_cost_usd,
        sum(cast(pools.direct_cost_usd as double) * rates.rate) as allocated_cost
    from pools
    left join {{ ref('int_pool_rates') }} as rates using (month, organization, team, project)
    group by pools.month, pools.organization
),

-- What the tasks themselves carry, on the days written again.
tasks as (
    select
        task_date,
        organization,
        coalesce(team, '') as team,
        coalesce(project, '') as project,
        sum(allocated_cost_usd) as allocated_cost_usd,
        count(*) as tasks,
        sum(cost_usd) filter (where is_tasked and traffic_source = 'production') as direct_cost_usd
    from {{ ref('fct_tasks') }}
    where task_date in ({{ touched_dates('int_tasks') }})
    group by all
)

select
    month,
    organization,
    cast(shared_cost_usd as double) as expected,
    case when direct_cost_usd > 0 then allocated_cost else cast(shared_cost_usd as double) end as found
from months
where direct_cost_usd > 0
    and not coalesce(abs(allocated_cost - cast(shared_cost_usd as double)) <= 1e-12 * cast(shared_cost_usd as double) + 1e-12, false)
union all
select
    tasks.task_date,
    tasks.organization,
    cast(tasks.direct_cost_usd as double) * rates.rate,
    cast(tasks.allocated_cost_usd as double)
from tasks
left join {{ ref('int_pool_rates') }} as rates
    on cast(date_trunc('month', tasks.task_date) as date) = rates.month
    and tasks.organization = rates.organization
    and tasks.team = rates.team
    and tasks.project = rates.project
where
    tasks.direct_cost_usd > 0
    and not coalesce(
        abs(cast(tasks.direct_cost_usd as double) * rates.rate - cast(tasks.allocated_cost_usd as double))
        <= 1e-12 * tasks.tasks + 1e-12 * cast(tasks.allocated_cost_usd as double),
        false
    )
