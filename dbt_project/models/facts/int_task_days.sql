{{ config(materialized='daily', date_column='task_date', touched_by=['int_tasks']) }}
-- The daily case of the task metrics: sums, and what an interval and percentiles need. Pending tasks are counted beside
-- them and are in no sum.
{%- set key = ['task_date', 'organization', 'environment', 'workflow_id', 'team', 'project', 'prompt_version', 'traffic_source'] %}
{%- set parts = ['tasks', 'successes', 'failures', 'unknown_outcomes', 'unknown_cost_tasks', 'zero_cost_tasks',
    'cost_usd', 'overhead_cost_usd', 'known_successes'] %}
{%- set measures = ['known_cost_usd', 'p50_task_cost_usd', 'p95_task_cost_usd', 'p95_latency_ms', 'p95_active_ms',
    'max_task_cost_usd'] %}
with tasks as (
    select *, task_traffic_source as traffic_source, cast(cost_usd as double) as cost
    from {{ ref('int_tasks') }}
    where is_tasked and task_date in ({{ touched_dates('int_tasks') }})
),

waiting as (
    select {{ key | join(', ') }}, count(*) filter (where is_pending) as pending
    from tasks
    group by all
),

sums as (
    select
        {{ key | join(', ') }},
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
        quantile_cont(cost, 0.5) as p50_task_cost_usd,
        quantile_cont(cost, 0.95) as p95_task_cost_usd,
        quantile_cont((ended_ns - started_ns) / 1e6, 0.95) as p95_latency_ms,
        quantile_cont(active_ns / 1e6, 0.95) as p95_active_ms,
        max(cost_usd) as max_task_cost_usd
    from tasks
    where not is_pending
    group by all
),

customers as (
    select
        {{ key | join(', ') }},
        {{ shared_by('customer_id', 'user_id') }} as shared_by,
        sum(tasks) as tasks,
        sum(successes) as successes,
        cast(sum(cost_usd) as double) as cost,
        sum(success_cost_usd) as success_cost,
        {{ ordered_sum('cost_squared') }} as cost_squared
    from {{ ref('int_customer_task_days') }}
    where task_date in ({{ touched_dates('int_tasks') }})
    group by all
),

clusters as (
    select
        {{ key | join(', ') }},
        count(shared_by) + coalesce(sum(tasks) filter (where shared_by is null), 0) as clusters,
        {{ ordered_sum('cost_squared') }} as cost_squared,
        cast(sum(success_cost) as double) as cost_successes,
        {{ ordered_sum('case when shared_by is null then cost_squared else cost * cost end') }} as clusters_cost_squared,
        {{ ordered_sum('case when shared_by is null then cast(success_cost as double) else cost * successes end') }} as clusters_cost_successes,
        sum(case when shared_by is null then successes else successes * successes end) as clusters_successes_squared
    from customers
    group by all
)

-- of too few customers each task is a unit; a success is 0 or 1, its own square
select
    {{ select_list(key, 'waiting.') }},
    waiting.pending,
    {%- for part in parts %}
    coalesce(sums.{{ part }}, 0) as {{ part }},
    {%- endfor %}
    {%- for measure in measures %}
    sums.{{ measure }},
    {%- endfor %}
    cast(coalesce(case when clusters.clusters >= 5 then clusters.clusters else sums.tasks end, 0) as bigint) as units,
    case when clusters.clusters >= 5 then clusters_cost_squared else cost_squared end as unit_cost_squared,
    case when clusters.clusters >= 5 then clusters_cost_successes else cost_successes end as unit_cost_successes,
    cast(case when clusters.clusters >= 5 then clusters_successes_squared else sums.successes end as double) as unit_successes_squared
from waiting
left join sums on {{ same('waiting', 'sums', key) }}
left join clusters on {{ same('waiting', 'clusters', key) }}
