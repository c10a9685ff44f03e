-- For each execution: was it superseded by a later attempt, by its tag or by the same request to another model, and which
-- call, already paid for, does it repeat? Judged within one task.
with executions as (
    select
        *,
        row(organization, task_id, task_traffic_source) as task,
        coalesce(step, '') as step_name
    from {{ ref('int_executions') }}
),

-- The last start of each model at one request, and of the two models that started last: the later one that is not mine
-- tells whether mine was tried again on another.
models_of_run as (
    select task, step_name, input_hash, run_id, model, max(started_ns) as last_started_ns
    from executions
    where input_hash is not null and model is not null
    group by all
),

models_of_task as (
    select task, step_name, input_hash, model, max(last_started_ns) as last_started_ns
    from models_of_run
    group by all
),

last_of_run as (
    select
        task, step_name, input_hash, run_id, arg_max(model, last_started_ns, 2) as names, max(last_started_ns, 2) as starts
    from models_of_run
    group by task, step_name, input_hash, run_id
    having count(*) > 1
),

last_of_task as (
    select task, step_name, input_hash, arg_max(model, last_started_ns, 2) as names, max(last_started_ns, 2) as starts
    from models_of_task
    group by task, step_name, input_hash
    having count(*) > 1
)

select
    executions.organization,
    executions.task_id,
    executions.task_traffic_source,
    executions.run_id,
    executions.call_id,
    executions.is_failed,
    coalesce(executions.later_attempt_ns >= executions.ended_ns, false)
    or coalesce({{ last_start_of_another('last_of_run', 'executions.model') }} >= executions.ended_ns, false)
    or coalesce(
        not executions.is_followed and {{ last_start_of_another('last_of_task', 'executions.model') }} >= executions.ended_ns,
        false
    ) as is_superseded,
    repeats.repeat_evidence,
    repeats.repeats_call_id,
    repeats.repeats_run_id,
    repeats.is_concurrent
from executions
inner join {{ ref('int_execution_repeats') }} as repeats on executions.call_id = repeats.call_id
left join last_of_run using (task, step_name, input_hash, run_id)
left join last_of_task using (task, step_name, input_hash)
