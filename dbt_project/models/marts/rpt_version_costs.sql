{{ config(materialized="table") }}
-- What each version costs per success, over its whole life. Spread is the relative variance per task: what a comparison
-- needs beside the sums. It is rounded where the order of summing no longer shows.
{%- set key = ['organization', 'environment', 'workflow_id', 'traffic_source', 'kind', 'subject', 'version'] %}
with summed as (
    select
        {{ key | join(', ') }},
        min(first_started_ns) as first_started_ns,
        max(last_started_ns) as last_started_ns,
        sum(tasks) as tasks,
        sum(successes) as successes,
        sum(mixed_tasks) as mixed_tasks,
        sum(left_out_tasks) as left_out_tasks,
        sum(cost_usd) as cost_usd,
        cast(sum(cost_usd) as double) as cost,
        max(max_task_cost_usd) as max_task_cost_usd,
        sum(single_tasks) as single_tasks,
        sum(single_successes) as single_successes,
        {{ ordered_sum('single_cost_squared') }} as single_cost_squared,
        cast(sum(single_success_cost_usd) as double) as single_cost_successes
    from {{ ref('int_version_days') }}
    {{ where_kept('task_date') }}
    group by all
),

-- A customer who comes back every day is one unit, so squares are not added up day by day.
customers as (
    select
        {{ key | join(', ') }},
        shared_by,
        count(*) as tasks,
        count(*) filter (where is_success) as successes,
        cast(sum(cost_usd) as double) as cost,
        {{ ordered_sum('power(cast(cost_usd as double), 2)') }} as task_cost_squared,
        cast(coalesce(sum(cost_usd) filter (where is_success), 0) as double) as task_cost_successes
    from {{ ref('int_task_versions') }}
    where is_known and shared_by is not null and {{ is_kept('task_date') }}
    group by all
),

shared as (
    select
        {{ key | join(', ') }},
        count(*) as customers,
        sum(tasks) as tasks,
        sum(successes) as successes,
        {{ ordered_sum('task_cost_squared') }} as task_cost_squared,
        {{ ordered_sum('task_cost_successes') }} as task_cost_successes,
        {{ ordered_sum('cost * cost') }} as cost_squared,
        {{ ordered_sum('cost * successes') }} as cost_successes,
        sum(successes * successes) as successes_squared
    from customers
    group by {{ key | join(', ') }}
),

-- of too few customers each task is a unit, as in `unit_count`
units as (
    select
        {{ select_list(key, 'summed.') }},
        coalesce(shared.customers, 0) + single_tasks >= 5 as is_clustered,
        single_tasks + coalesce(case when is_clustered then shared.customers else shared.tasks end, 0) as units,
        single_cost_squared
        + coalesce(case when is_clustered then shared.cost_squared else task_cost_squared end, 0) as cost_squared,
        single_cost_successes
        + coalesce(case when is_clustered then shared.cost_successes else task_cost_successes end, 0) as cost_successes,
        single_successes
        + coalesce(case when is_clustered then shared.successes_squared else shared.successes end, 0) as successes_squared
    from summed
    left join shared on {{ same('summed', 'shared', key) }}
),

spread as (
    select
        summed.*,
        units.units,
        {{ relative_variance(
            'units.units', 'summed.cost', 'summed.successes', 'units.cost_squared', 'units.cost_successes',
            'units.successes_squared'
        ) }} as variance
    from summed
    inner join units on {{ same('summed', 'units', key) }}
)

select
    organization,
    environment,
    workflow_id,
    traffic_source,
    kind,
    subject,
    version,
    {{ at_utc('first_started_ns') }} as first_started_at,
    {{ at_utc('last_started_ns') }} as last_started_at,
    cast(tasks as bigint) as tasks,
    cast(successes as bigint) as successes,
    cast(mixed_tasks as bigint) as mixed_tasks,
    cast(left_out_tasks as bigint) as left_out_tasks,
    {{ money('cost_usd') }} as cost_usd,
    {{ money_per('cost_usd', 'successes') }} as cost_per_successful_task_usd,
    {{ money(interval_end(-1, 'units', 'cost', 'successes', 'variance')) }} as ci_low_usd,
    {{ money(interval_end(1, 'units', 'cost', 'successes', 'variance')) }} as ci_high_usd,
    round(variance * tasks, 9) as spread,
    {{ is_heavy_tailed('tasks', 'cost', 'cast(max_task_cost_usd as double)') }} as is_heavy_tailed
from spread
