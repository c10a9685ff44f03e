-- For each execution: was it superseded by a later attempt, and does it repeat work already paid for?
-- Judged within one task; grouped rather than joined pair by pair, so that a loop of thousands stays cheap.
with executions as (
    select
        *,
        row(organization, task_id, task_traffic_source) as task,
        coalesce(step, '') as step_name
    from {{ ref('int_executions') }}
),

same_request as (
    select
        task,
        step_name,
        input_hash,
        model,
        run_id,
        max(run_attempt) as run_attempt,
        max(started_ns) as last_started_ns,
        min(ended_ns) filter (where not is_failed) as first_success_ns,
        min(ended_ns) filter (where not is_failed and is_followed) as first_accepted_ns
    from executions
    where input_hash is not null
    group by all
),

by_hash as (
    select
        executions.call_id,
        executions.task,
        executions.run_id,
        bool_or(
            other.model is distinct from executions.model and other.last_started_ns >= executions.ended_ns
            and (other.run_id = executions.run_id or not executions.is_followed)
        ) as is_superseded,
        bool_or(other.model is not distinct from executions.model and other.first_success_ns <= executions.started_ns)
            as is_repeat,
        bool_or(
            other.run_attempt < executions.run_attempt and other.first_accepted_ns <= executions.started_ns
        ) as is_repeat_of_accepted
    from executions
    inner join same_request as other
        on executions.task = other.task
        and executions.step_name = other.step_name
        and executions.input_hash = other.input_hash
    group by all
),

by_position as (
    select distinct
        later.call_id,
        later.task,
        later.run_id
    from executions as later
    inner join executions as earlier
        on later.task = earlier.task
        and later.step_name = earlier.step_name
        and later.position = earlier.position
        and earlier.run_attempt < later.run_attempt
    where
        (later.input_hash is null or earlier.input_hash is null)
        and not earlier.is_failed
        and earlier.ended_ns <= later.started_ns
        and earlier.input_tokens = later.input_tokens
        and (later.is_restart_run or earlier.is_run_failed)
),

overlapping as (
    select
        call_id,
        task,
        run_id,
        coalesce(max(ended_ns) over earlier_ones > started_ns, false)
        or coalesce(min(started_ns) over later_ones < ended_ns, false) as is_concurrent
    from executions
    where input_hash is not null
    window
        earlier_ones as (
            partition by task, step_name, input_hash, model order by started_ns, call_id
            rows between unbounded preceding and 1 preceding
        ),
        later_ones as (
            partition by task, step_name, input_hash, model order by started_ns, call_id
            rows between 1 following and unbounded following
        )
)

select
    executions.organization,
    executions.task_id,
    executions.task_traffic_source,
    executions.run_id,
    executions.call_id,
    executions.is_failed,
    coalesce(by_hash.is_superseded, false)
    or coalesce(executions.next_attempt > executions.attempt and executions.next_started_ns >= executions.ended_ns, false)
        as is_superseded,
    case
        when by_hash.is_repeat then 'input_hash'
        when by_hash.is_repeat_of_accepted then 'accepted_step'
        when by_position.call_id is not null then 'position'
    end as repeat_evidence,
    coalesce(overlapping.is_concurrent, false) as is_concurrent
from executions
left join by_hash using (task, run_id, call_id)
left join by_position using (task, run_id, call_id)
left join overlapping using (task, run_id, call_id)
