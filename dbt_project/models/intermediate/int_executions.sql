-- Calls as executions of steps: the place of each in its run, the last attempt after it, and whether a later step of the run
-- followed it.
with executions as (
    select
        organization,
        task_id,
        task_traffic_source,
        run_id,
        call_id,
        execution_id,
        run_attempt,
        is_restart_run,
        has_run_error,
        coalesce(workflow_id, run_workflow_id) as workflow_id,
        step,
        started_ns,
        coalesce(ended_ns, started_ns) as ended_ns,
        is_failed,
        attempt,
        input_hash,
        model,
        input_tokens
    from {{ ref('int_task_calls') }}
),

step_ends as (
    select
        organization,
        task_id,
        task_traffic_source,
        run_id,
        step,
        max(started_ns) as last_started_ns
    from executions
    group by organization, task_id, task_traffic_source, run_id, step
),

-- The two steps of a run that started last: the later one that is not mine tells whether mine was followed.
last_steps as (
    select
        organization,
        task_id,
        task_traffic_source,
        run_id,
        arg_max(coalesce(step, ''), last_started_ns, 2) as names,
        max(last_started_ns, 2) as starts
    from step_ends
    group by organization, task_id, task_traffic_source, run_id
)

select
    executions.*,
    row_number() over (
        partition by executions.organization, executions.task_id, executions.task_traffic_source, executions.run_id,
            executions.workflow_id, executions.step
        order by executions.started_ns, executions.call_id
    ) as position,
    case when executions.attempt is not null then attempts.later_attempt_ns end as later_attempt_ns,
    last_value(executions.is_failed) over whole_run or executions.has_run_error as is_run_failed,
    coalesce({{ last_start_of_another('last_steps', "coalesce(executions.step, '')") }} >= executions.ended_ns, false)
        as is_followed
from executions
inner join last_steps using (organization, task_id, task_traffic_source, run_id)
left join {{ ref('int_attempts') }} as attempts
    on executions.organization = attempts.organization
    and executions.task_id = attempts.task_id
    and executions.task_traffic_source = attempts.task_traffic_source
    and executions.run_id = attempts.run_id
    and executions.step is not distinct from attempts.step
    and executions.execution_id = attempts.execution_id
window whole_run as (
    partition by executions.organization, executions.task_id, executions.task_traffic_source, executions.run_id
    order by executions.started_ns, executions.call_id
    rows between unbounded preceding and unbounded following
)
