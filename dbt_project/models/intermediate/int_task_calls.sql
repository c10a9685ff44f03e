-- All calls of the touched tasks, each with its task, its run's place in the task and what the task came to.
with calls as (
    select {{ select_list(call_facts()) }} from {{ ref('int_calls_executed') }}
    union all
    select {{ select_list(call_facts()) }} from {{ history('int_calls') }}
    where
        task_key in (select task_key from {{ ref('int_touched_tasks') }})
        and trace_key not in (select trace_key from {{ ref('int_touched_traces') }})
),

runs as (
    select
        organization,
        task_id,
        task_traffic_source,
        run_id,
        bool_or(is_restart) as is_restart,
        bool_or(has_root_error) as has_root_error,
        dense_rank() over (
            partition by organization, task_id, task_traffic_source order by min(started_ns), run_id
        ) as run_attempt
    from {{ ref('int_task_runs') }}
    group by organization, task_id, task_traffic_source, run_id
)

select
    calls.*,
    sightings.task_id,
    sightings.task_key,
    sightings.task_source,
    sightings.task_traffic_source,
    sightings.workflow_id as run_workflow_id,
    runs.run_attempt,
    runs.is_restart as is_restart_run,
    runs.has_root_error as has_run_error,
    tasks.outcome,
    tasks.is_tasked
from calls
inner join {{ ref('int_task_runs') }} as sightings
    on calls.organization = sightings.organization
    and calls.trace_id = sightings.trace_id
    and calls.run_id = sightings.run_id
    and calls.tagged_task_id is not distinct from sightings.tagged_task_id
inner join runs
    on sightings.organization = runs.organization
    and sightings.task_id = runs.task_id
    and sightings.task_traffic_source = runs.task_traffic_source
    and sightings.run_id = runs.run_id
inner join {{ ref('int_task_outcomes') }} as tasks
    on sightings.organization = tasks.organization
    and sightings.task_id = tasks.task_id
    and sightings.task_traffic_source = tasks.task_traffic_source
