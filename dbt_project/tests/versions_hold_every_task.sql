-- Each task that tried a version counts under exactly one of a kind and subject, and the daily sums hold all of them.
with placed as (
    select
        task_date,
        count(*) as tasks,
        count(distinct (organization, task_id, traffic_source, kind, subject)) as keys,
        sum(cost_usd) filter (where is_known) as cost_usd,
        count(*) filter (where is_known and shared_by is null) as single_tasks
    from {{ ref('int_task_versions') }}
    where task_date in ({{ touched_dates('int_task_versions') }})
    group by task_date
),

summed as (
    select
        task_date,
        sum(tasks + left_out_tasks) as tasks,
        sum(cost_usd) as cost_usd,
        sum(single_tasks) as single_tasks,
        bool_or(successes > tasks or mixed_tasks > tasks or max_task_cost_usd > cost_usd) as has_part_above_whole
    from {{ ref('int_version_days') }}
    where task_date in ({{ touched_dates('int_task_versions') }})
    group by task_date
)

select *
from placed
full join summed using (task_date)
where
    placed.tasks is distinct from summed.tasks
    or placed.tasks != placed.keys
    or coalesce(placed.cost_usd, 0) is distinct from summed.cost_usd
    or placed.single_tasks is distinct from summed.single_tasks
    or summed.has_part_above_whole
