{{ config(materialized='daily', date_column='task_date', touched_by=['int_tasks']) }}
-- The daily case of the task metrics: sums, and what an interval and percentiles need. Pending tasks are counted beside
-- them and are in no sum.
{%- set key = ['task_date', 'organization', 'environment', 'workflow_id', 'team', 'project', 'prompt_version', 'task_traffic_source'] %}
{%- set parts = ['tasks', 'successes', 'failures', 'unknown_outcomes', 'unknown_cost_tasks', 'zero_cost_tasks',
    'cost_usd', 'overhead_cost_usd', 'known_successes', 'units'] %}
{%- set measures = ['known_cost_usd', 'unit_cost_squared', 'unit_cost_successes',
    'unit_successes_squared', 'p50_task_cost_usd', 'p95_task_cost_usd', 'p95_latency_ms', 'p95_active_ms',
    'max_task_cost_usd'] %}
with tasks as (
    select
        *,
        cast(cost_usd as double) as cost,
        cast(outcome = 'success' as double) as success,
        {{ cluster_of('customer_id', 'user_id', 'task_id') }} as cluster
    from {{ ref('int_tasks') }}
    where is_tasked and task_date in ({{ touched_dates('int_tasks') }})
),

clustered as (
    select
        *,
        cast(sum(cost_usd) over (partition by {{ key | join(', ') }}, cluster) as double) as cluster_cost,
        sum(success) over (partition by {{ key | join(', ') }}, cluster) as cluster_successes
    from tasks
    where not is_pending
),

waiting as (
    select {{ key | join(', ') }}, count(*) filter (where is_pending) as pending
    from tasks
    group by all
),

sums as (
    select
        task_date,
        organization,
        environment,
        workflow_id,
        team,
        project,
        prompt_version,
        task_traffic_source,
        count(*) as tasks,
        count(*) filter (where outcome = 'success') as successes,
        count(*) filter (where outcome = 'failure') as failures,
        count(*) filter (where outcome = 'unknown') as unknown_outcomes,
        count(*) filter (where unknown_cost_calls > 0 or calls = 0) as unknown_cost_tasks,
        count(*) filter (where known_cost_usd = 0 and unknown_cost_calls = 0 and calls > 0) as zero_cost_tasks,
        {{ money('sum(cost_usd)') }} as cost_usd,
        {{ money('sum(overhead_cost_usd)') }} as overhead_cost_usd,
        {{ money("sum(cost_usd) filter (where outcome != 'unknown' and unknown_cost_calls = 0 and calls > 0)") }} as known_cost_usd,
        count(*) filter (where outcome = 'success' and unknown_cost_calls = 0 and calls > 0) as known_successes,
        {{ unit_count('cluster') }} as units,
        {{ ordered_unit_sum('cost', 'cost', 'cluster_cost', 'cluster') }} as unit_cost_squared,
        {{ ordered_unit_sum('cost', 'success', 'cluster_successes', 'cluster') }} as unit_cost_successes,
        {{ unit_sum('success', 'success', 'cluster_successes', 'cluster') }} as unit_successes_squared,
        quantile_cont(cost, 0.5) as p50_task_cost_usd,
        quantile_cont(cost, 0.95) as p95_task_cost_usd,
        quantile_cont((ended_ns - started_ns) / 1e6, 0.95) as p95_latency_ms,
        quantile_cont(active_ns / 1e6, 0.95) as p95_active_ms,
        max(cost_usd) as max_task_cost_usd
    from clustered
    group by all
)

select
    {%- for column in key %}
    waiting.{{ column }}{{ " as traffic_source" if column == 'task_traffic_source' }},
    {%- endfor %}
    waiting.pending,
    {%- for part in parts %}
    coalesce(sums.{{ part }}, 0) as {{ part }},
    {%- endfor %}
    {%- for measure in measures %}
    sums.{{ measure }}{{ "," if not loop.last }}
    {%- endfor %}
from waiting
left join sums on {{ same('waiting', 'sums', key) }}
