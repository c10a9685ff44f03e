{{ config(materialized='daily', date_column='task_date', touched_by=['int_task_versions']) }}
-- Sums of the tasks of each version by day. What is compared are tasks whose outcome and cost are both known, so that
-- outcomes still to come do not look like failures of the later version.
{%- set key = ['task_date', 'organization', 'environment', 'workflow_id', 'traffic_source', 'kind', 'subject', 'version'] %}
with tasks as (
    select
        *,
        cast(cost_usd as double) as cost,
        cast(is_success as double) as success
    from {{ ref('int_task_versions') }}
    where task_date in ({{ touched_dates('int_task_versions') }})
),

clustered as (
    select
        *,
        sum(cost) over (partition by {{ key | join(', ') }}, cluster) as cluster_cost,
        sum(success) over (partition by {{ key | join(', ') }}, cluster) as cluster_successes
    from tasks
    where is_known
),

known as (
    select
        {{ key | join(', ') }},
        count(*) as tasks,
        count(*) filter (where is_success) as successes,
        count(*) filter (where is_mixed) as mixed_tasks,
        sum(cost_usd) as cost_usd,
        max(cost_usd) as max_task_cost_usd,
        {{ unit_count('cluster') }} as units,
        {{ unit_sum('cost', 'cost', 'cluster_cost', 'cluster') }} as unit_cost_squared,
        {{ unit_sum('cost', 'success', 'cluster_successes', 'cluster') }} as unit_cost_successes,
        {{ unit_sum('success', 'success', 'cluster_successes', 'cluster') }} as unit_successes_squared
    from clustered
    group by all
),

seen as (
    select
        {{ key | join(', ') }},
        count(*) filter (where not is_known) as left_out_tasks,
        min(started_ns) as first_started_ns,
        max(started_ns) as last_started_ns
    from tasks
    group by all
)

select
    seen.*,
    coalesce(known.tasks, 0) as tasks,
    coalesce(known.successes, 0) as successes,
    coalesce(known.mixed_tasks, 0) as mixed_tasks,
    {{ money('coalesce(known.cost_usd, 0)') }} as cost_usd,
    {{ money('coalesce(known.max_task_cost_usd, 0)') }} as max_task_cost_usd,
    coalesce(known.units, 0) as units,
    coalesce(known.unit_cost_squared, 0) as unit_cost_squared,
    coalesce(known.unit_cost_successes, 0) as unit_cost_successes,
    coalesce(known.unit_successes_squared, 0) as unit_successes_squared
from seen
left join known
    on {% for name in key -%}
    seen.{{ name }} is not distinct from known.{{ name }}{{ "\n    and " if not loop.last }}
    {%- endfor %}
