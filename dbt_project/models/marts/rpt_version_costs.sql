-- What each version costs per success, over its whole life. Spread is the relative variance per task: what a comparison
-- needs beside the sums. It is rounded where the order of summing no longer shows.
with summed as (
    select
        organization,
        environment,
        workflow_id,
        traffic_source,
        kind,
        subject,
        version,
        min(first_started_ns) as first_started_ns,
        max(last_started_ns) as last_started_ns,
        sum(tasks) as tasks,
        sum(successes) as successes,
        sum(mixed_tasks) as mixed_tasks,
        sum(left_out_tasks) as left_out_tasks,
        sum(cost_usd) as cost_usd,
        cast(sum(cost_usd) as double) as cost,
        max(max_task_cost_usd) as max_task_cost_usd,
        sum(units) as units,
        sum(unit_cost_squared) as cost_squared,
        sum(unit_cost_successes) as cost_successes,
        sum(unit_successes_squared) as successes_squared
    from {{ ref('int_version_days') }}
    group by all
),

spread as (
    select
        *,
        {{ relative_variance('units', 'cost', 'successes', 'cost_squared', 'cost_successes', 'successes_squared') }} as variance
    from summed
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
    {{ money('cost / nullif(successes, 0)') }} as cost_per_successful_task_usd,
    {{ money(interval_end(-1, 'units', 'cost', 'successes', 'variance')) }} as ci_low_usd,
    {{ money(interval_end(1, 'units', 'cost', 'successes', 'variance')) }} as ci_high_usd,
    round(variance * tasks, 9) as spread,
    {{ is_heavy_tailed('tasks', 'cost', 'cast(max_task_cost_usd as double)') }} as is_heavy_tailed
from spread
