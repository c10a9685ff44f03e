-- All calls of the touched tasks, each with its task, its run's place in the task and what the task came to.
-- Runs are numbered by their attempt tags where these give each run of the task a number of its own, else by time.
with calls as (
    select {{ select_list(call_facts()) }} from {{ ref('int_calls_executed') }}
    union all
    select {{ select_list(call_facts()) }} from {{ history_of('int_calls', 'task_key', 'select task_key from ' ~ ref('int_touched_tasks')) }}
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
        -- a run that its traces number differently has no number
        case when min(attempt) = max(attempt) then min(attempt) end as tagged_attempt,
        row_number() over (
            partition by organization, task_id, task_traffic_source order by min(started_ns), run_id
        ) as timed_attempt
    from {{ ref('int_task_runs') }}
    group by organization, task_id, task_traffic_source, run_id
),

tagged_tasks as (
    select
        organization,
        task_id,
        task_traffic_source,
        -- 0-based attempt tags are shifted
        case when min(tagged_attempt) = 0 then 1 else 0 end as shift
    from runs
    group by organization, task_id, task_traffic_source
    having count(distinct tagged_attempt) = count(*)
)

select
    calls.*,
    sightings.task_id,
    sightings.task_key,
    sightings.task_source,
    sightings.task_traffic_source,
    sightings.workflow_id as run_workflow_id,
    coalesce(runs.tagged_attempt + tagged_tasks.shift, runs.timed_attempt) as run_attempt,
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
left join tagged_tasks
    on sightings.organization = tagged_tasks.organization
    and sightings.task_id = tagged_tasks.task_id
    and sightings.task_traffic_source = tagged_tasks.task_traffic_source
inner join {{ ref('int_task_outcomes') }} as tasks
    on sightings.organization = tasks.organization
    and sightings.task_id = tasks.task_id
    and sightings.task_traffic_source = tasks.task_traffic_source
