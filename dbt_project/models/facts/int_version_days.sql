{{ config(materialized='daily', date_column='task_date', touched_by=['int_task_versions']) }}
-- Sums of the tasks of each version by day. What is compared are tasks whose outcome and cost are both known, so that
-- outcomes still to come do not look like failures of the later version. `single_`: those of nobody, whose squares add up
-- over days; a customer's tasks of several days are one unit.
{%- set key = ['task_date', 'organization', 'environment', 'workflow_id', 'traffic_source', 'kind', 'subject', 'version'] %}
with tasks as (
    select * from {{ ref('int_task_versions') }}
    where task_date in ({{ touched_dates('int_task_versions') }})
),

known as (
    select
        {{ key | join(', ') }},
        count(*) as tasks,
        count(*) filter (where is_success) as successes,
        count(*) filter (where is_mixed) as mixed_tasks,
        sum(cost_usd) as cost_usd,
        max(cost_usd) as max_task_cost_usd,
        count(*) filter (where shared_by is null) as single_tasks,
        count(*) filter (where shared_by is null and is_success) as single_successes,
        {{ ordered_sum('power(cast(cost_usd as double), 2)', 'shared_by is null') }} as single_cost_squared,
        sum(cost_usd) filter (where shared_by is null and is_success) as single_success_cost_usd
    from tasks
    where is_known
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
    coalesce(known.single_tasks, 0) as single_tasks,
    coalesce(known.single_successes, 0) as single_successes,
    coalesce(known.single_cost_squared, 0.0) as single_cost_squared,
    {{ money('coalesce(known.single_success_cost_usd, 0)') }} as single_success_cost_usd
from seen
left join known on {{ same('seen', 'known', key) }}
