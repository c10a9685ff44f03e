-- For each execution: was it superseded by a later attempt, and which call, already paid for, does it repeat?
-- Judged within one task; by windows and groups rather than pair by pair, so that loops and restarts of thousands stay
-- cheap.
with executions as (
    select
        *,
        row(organization, task_id, task_traffic_source) as task,
        coalesce(step, '') as step_name,
        -- the order in which successes are preferred as the one that was repeated
        struct_pack(ended_ns := ended_ns, started_ns := started_ns, call_id := call_id, run_id := run_id) as success
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
        task, step_name, input_hash, run_id, arg_max(model, last_started_ns, 2) as models, max(last_started_ns, 2) as starts
    from models_of_run
    group by task, step_name, input_hash, run_id
    having count(*) > 1
),

last_of_task as (
    select task, step_name, input_hash, arg_max(model, last_started_ns, 2) as models, max(last_started_ns, 2) as starts
    from models_of_task
    group by task, step_name, input_hash
    having count(*) > 1
),

by_hash as (
    select
        call_id,
        first_value(success) over (
            same_request order by is_failed, success rows between unbounded preceding and unbounded following
        ) as first_success,
        first_value(is_failed) over (
            same_request order by is_failed, success rows between unbounded preceding and unbounded following
        ) as is_never_answered,
        min(case when not is_failed and is_followed then success end) over (
            partition by task, step_name, input_hash
            order by run_attempt range between unbounded preceding and 1 preceding
        ) as first_accepted,
        coalesce(max(ended_ns) over (
            same_request order by started_ns, call_id rows between unbounded preceding and 1 preceding
        ) > started_ns, false)
        or coalesce(min(started_ns) over (
            same_request order by started_ns, call_id rows between 1 following and unbounded following
        ) < ended_ns, false) as is_concurrent
    from executions
    where input_hash is not null
    window same_request as (partition by task, step_name, input_hash, model)
),

-- Where a hash is missing, the k-th of a step in a later run against the k-th of earlier ones.
by_position as (
    select
        call_id,
        is_restart_run,
        input_hash is null as is_unhashed,
        {%- for name, where in {'restarted': 'true', 'failed': 'is_run_failed'}.items() %}
        min(case when not is_failed and {{ where }} then success end) over earlier_runs as {{ name }},
        min(case when not is_failed and {{ where }} and input_hash is null then success end) over earlier_runs
            as {{ name }}_unhashed{{ "," if not loop.last }}
        {%- endfor %}
    from executions
    where input_tokens is not null
    window earlier_runs as (
        partition by task, workflow_id, step_name, position, input_tokens
        order by run_attempt range between unbounded preceding and 1 preceding
    )
),

repeats as (
    select
        executions.*,
        coalesce(by_hash.is_concurrent, false) as is_concurrent,
        case
            when
                not by_hash.is_never_answered
                and by_hash.first_success.call_id != executions.call_id
                and by_hash.first_success.ended_ns <= executions.started_ns
                and row(by_hash.first_success.started_ns, by_hash.first_success.call_id)
                < row(executions.started_ns, executions.call_id)
                then by_hash.first_success
        end as same_request,
        case when by_hash.first_accepted.ended_ns <= executions.started_ns then by_hash.first_accepted end as accepted,
        case
            when by_position.is_restart_run and by_position.is_unhashed then by_position.restarted
            when by_position.is_restart_run then by_position.restarted_unhashed
            when by_position.is_unhashed then by_position.failed
            else by_position.failed_unhashed
        end as same_position
    from executions
    left join by_hash on executions.call_id = by_hash.call_id
    left join by_position on executions.call_id = by_position.call_id
),

named as (
    select
        * exclude (same_position),
        case when same_position.ended_ns <= started_ns then same_position end as same_position
    from repeats
)

select
    named.organization,
    named.task_id,
    named.task_traffic_source,
    named.run_id,
    named.call_id,
    named.is_failed,
    coalesce(named.next_attempt > named.attempt and named.next_started_ns >= named.ended_ns, false)
    or coalesce({{ last_start_of_another('last_of_run', 'named.model') }} >= named.ended_ns, false)
    or coalesce(not named.is_followed and {{ last_start_of_another('last_of_task', 'named.model') }} >= named.ended_ns, false)
        as is_superseded,
    case
        when named.same_request is not null then 'input_hash'
        when named.accepted is not null then 'accepted_step'
        when named.same_position is not null then 'position'
    end as repeat_evidence,
    coalesce(named.same_request, named.accepted, named.same_position).call_id as repeats_call_id,
    coalesce(named.same_request, named.accepted, named.same_position).run_id as repeats_run_id,
    named.is_concurrent
from named
left join last_of_run
    on named.task = last_of_run.task
    and named.step_name = last_of_run.step_name
    and named.input_hash = last_of_run.input_hash
    and named.run_id = last_of_run.run_id
left join last_of_task
    on named.task = last_of_task.task
    and named.step_name = last_of_task.step_name
    and named.input_hash = last_of_task.input_hash
