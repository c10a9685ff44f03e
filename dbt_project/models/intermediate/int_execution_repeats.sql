-- Which call, already paid for, does each execution repeat, and was it sent while an identical one was under way?
-- Judged within one task; by windows rather than pair by pair, so that loops and restarts of thousands stay cheap.
{%- set best_first = 'same_request order by is_failed, success rows between unbounded preceding and unbounded following' %}
{%- set by_time = 'same_request order by started_ns, call_id rows between' %}
with executions as (
    select
        *,
        row(organization, task_id, task_traffic_source) as task,
        coalesce(step, '') as step_name,
        -- the order in which successes are preferred as the one that was repeated
        struct_pack(ended_ns := ended_ns, started_ns := started_ns, call_id := call_id, run_id := run_id) as success
    from {{ ref('int_executions') }}
),

-- Most executions are the only one of their kind; the others alone are put in order.
sent_again as (
    select * from executions
    semi join (
        select task, step_name, input_hash from executions where input_hash is not null
        group by all having count(*) > 1
    ) as shared using (task, step_name, input_hash)
),

run_again as (
    select executions.*
    from executions
    inner join (
        select task, workflow_id, step_name, position, input_tokens from executions where input_tokens is not null
        group by all having min(run_attempt) < max(run_attempt)
    ) as shared
        on {{ same('executions', 'shared', ['task', 'workflow_id', 'step_name', 'position', 'input_tokens']) }}
),

by_hash as (
    select
        call_id,
        first_value(success) over ({{ best_first }}) as first_success,
        first_value(is_failed) over ({{ best_first }}) as is_never_answered,
        min(case when not is_failed and is_followed then success end) over (
            partition by task, step_name, input_hash
            order by run_attempt range between unbounded preceding and 1 preceding
        ) as first_accepted,
        coalesce(max(ended_ns) over ({{ by_time }} unbounded preceding and 1 preceding) > started_ns, false)
        or coalesce(min(started_ns) over ({{ by_time }} 1 following and unbounded following) < ended_ns, false) as is_concurrent
    from sent_again
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
    from run_again
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
    call_id,
    case
        when same_request is not null then 'input_hash'
        when accepted is not null then 'accepted_step'
        when same_position is not null then 'position'
    end as repeat_evidence,
    coalesce(same_request, accepted, same_position).call_id as repeats_call_id,
    coalesce(same_request, accepted, same_position).run_id as repeats_run_id,
    is_concurrent
from named
