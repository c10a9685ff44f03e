{{ config(materialized="table") }}
-- What each version costs per success, over its whole life. Spread is the relative variance per task: what a comparison
-- needs beside the sums. It is rounded where the order of summing no longer shows.
{%- set key = ['organization', 'environment', 'workflow_id', 'traffic_source', 'kind', 'subject', 'version'] %}
with summed as (
    select
        {{ key | join(', ') }},
        min(first_started_ns) as first_started_ns,
        max(last_started_ns) as last_started_ns,
        {%- for sum in ['tasks', 'successes', 'mixed_tasks', 'left_out_tasks', 'cost_usd', 'single_tasks', 'single_successes'] %}
        sum({{ sum }}) as {{ sum }},
        {%- endfor %}
        cast(sum(cost_usd) as double) as cost,
        max(max_task_cost_usd) as max_task_cost_usd,
        {{ ordered_sum('single_cost_squared') }} as single_cost_squared,
        cast(sum(single_success_cost_usd) as double) as single_cost_successes
    from {{ ref('int_version_days') }}
    {{ where_kept('task_date') }}
    group by all
),

-- A customer who comes back every day is one unit, so squares are not added up day by day.
customers as (
    select
        {{ key | join(', ') }}, shared_by,
        count(*) as tasks,
        count(*) filter (where is_success) as successes,
        cast(sum(cost_usd) as double) as cost
    from {{ ref('int_task_versions') }}
    where is_known and shared_by is not null and {{ is_kept('task_date') }}
    group by all
),

shared as (
    select
        {{ key | join(', ') }},
        count(*) as customers,
        sum(tasks) as shared_tasks,
        sum(successes) as shared_successes,
        {{ ordered_sum('cost * cost') }} as shared_cost_squared,
        {{ ordered_sum('cost * successes') }} as shared_cost_successes,
        sum(successes * successes) as shared_successes_squared
    from customers
    group by {{ key | join(', ') }}
),

sized as (
    select
        summed.*,
        shared.* exclude ({{ key | join(', ') }}),
        coalesce(customers, 0) + single_tasks >= 5 as is_clustered
    from summed
    left join shared on {{ same('summed', 'shared', key) }}
),

-- of too few customers each task is a unit, as in `unit_count`; sums in order take long, and are made for these alone
few as (
    select
        {{ key | join(', ') }},
        {{ ordered_sum('task_cost_squared') }} as task_cost_squared,
        {{ ordered_sum('task_cost_successes') }} as task_cost_successes
    from (
        select
            {{ select_list(key + ['shared_by'], 'tasks.') }},
            {{ ordered_sum('power(cast(tasks.cost_usd as double), 2)') }} as task_cost_squared,
            cast(coalesce(sum(tasks.cost_usd) filter (where tasks.is_success), 0) as double) as task_cost_successes
        from {{ ref('int_task_versions') }} as tasks
        inner join sized on {{ same('tasks', 'sized', key) }} and not sized.is_clustered and sized.customers > 0
        where tasks.is_known and tasks.shared_by is not null and {{ is_kept('tasks.task_date') }}
        group by all
    ) as customers
    group by {{ key | join(', ') }}
),

units as (
    select
        sized.*,
        single_tasks + coalesce(case when is_clustered then customers else shared_tasks end, 0) as units,
        single_cost_squared + coalesce(case when is_clustered then shared_cost_squared else task_cost_squared end, 0)
            as cost_squared,
        single_cost_successes + coalesce(case when is_clustered then shared_cost_successes else task_cost_successes end, 0)
            as cost_successes,
        single_successes + coalesce(case when is_clustered then shared_successes_squared else shared_successes end, 0)
            as successes_squared
    from sized
    left join few on {{ same('sized', 'few', key) }}
),

spread as (
    select
        *,
        {{ relative_variance('units', 'cost', 'successes', 'cost_squared', 'cost_successes', 'successes_squared') }}
            as variance
    from units
)

select
    {{ key | join(', ') }},
    {{ at_utc('first_started_ns') }} as first_started_at,
    {{ at_utc('last_started_ns') }} as last_started_at,
    {%- for sum in ['tasks', 'successes', 'mixed_tasks', 'left_out_tasks'] %}
    cast({{ sum }} as bigint) as {{ sum }},
    {%- endfor %}
    {{ money('cost_usd') }} as cost_usd,
    {{ money_per('cost_usd', 'successes') }} as cost_per_successful_task_usd,
    {{ money(interval_end(-1, 'units', 'cost', 'successes', 'variance')) }} as ci_low_usd,
    {{ money(interval_end(1, 'units', 'cost', 'successes', 'variance')) }} as ci_high_usd,
    round(variance * tasks, 9) as spread,
    {{ is_heavy_tailed('tasks', 'cost', 'cast(max_task_cost_usd as double)') }} as is_heavy_tailed
from spread
