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
        max(max_task_cost_usd) as max_task_cost_usd
    from {{ ref('int_version_days') }}
    group by all
),

-- A customer who comes back every day is one unit, so squares are not added up day by day. Tasks of nobody share a row.
clusters as (
    select
        {{ key | join(', ') }},
        {{ shared_cluster('cluster') }} as shared_by,
        count(*) as tasks,
        count(*) filter (where is_success) as successes,
        cast(sum(cost_usd) as double) as cost,
        sum(power(cast(cost_usd as double), 2)) as task_cost_squared,
        cast(coalesce(sum(cost_usd) filter (where is_success), 0) as double) as task_cost_successes
    from {{ ref('int_task_versions') }}
    where is_known
    group by all
),

counted as (
    select
        *,
        sum(case when shared_by is null then tasks else 1 end) over (partition by {{ key | join(', ') }}) as all_clusters
    from clusters
),

-- of too few customers each task is a unit, as in `unit_count`
units as (
    select
        {{ key | join(', ') }},
        sum(case when shared_by is null or all_clusters < 5 then tasks else 1 end) as units,
        sum(case when shared_by is null or all_clusters < 5 then task_cost_squared else cost * cost end) as cost_squared,
        sum(case when shared_by is null or all_clusters < 5 then task_cost_successes else cost * successes end) as cost_successes,
        sum(case when shared_by is null or all_clusters < 5 then successes else successes * successes end) as successes_squared
    from counted
    group by all
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
    left join units on {{ same('summed', 'units', key) }}
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
