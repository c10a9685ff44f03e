-- Each call of the touched tasks with its one spend class: the first line that applies.
with attempts as (
    select
        call_id,
        -- 0-based attempt tags are shifted
        attempt + case when min(attempt) over (
            partition by organization, task_id, task_traffic_source, run_id, step
        ) = 0 then 1 else 0 end as tagged_attempt,
        row_number() over (
            partition by organization, task_id, task_traffic_source, run_id, step, coalesce(input_hash, call_id)
            order by started_ns, call_id
        ) as timed_attempt
    from {{ ref('int_calls_charged') }}
),

judged as (
    select
        calls.*,
        coalesce(attempts.tagged_attempt, attempts.timed_attempt) as step_attempt,
        verdicts.is_superseded,
        case when calls.traffic_source not in ('eval', 'replay') then verdicts.repeat_evidence end as repeat_evidence,
        verdicts.repeats_call_id,
        verdicts.repeats_run_id,
        verdicts.is_concurrent
    from {{ ref('int_calls_charged') }} as calls
    inner join attempts on calls.call_id = attempts.call_id
    inner join {{ ref('int_execution_verdicts') }} as verdicts on calls.call_id = verdicts.call_id
),

classed as (
    select
        *,
        case
            when is_failed then 'failed_attempt'
            when is_superseded then 'superseded_attempt'
            when repeat_evidence is not null then 'retry_duplicate'
            when not is_tasked then 'untasked'
            when outcome = 'failure' then 'abandoned'
            when outcome = 'success' then 'useful'
            else 'undetermined'
        end as spend_class
    from judged
)

select
    {{ select_list(call_facts()) }},
    run_workflow_id,
    task_id,
    task_key,
    task_source,
    task_traffic_source,
    run_attempt,
    step_attempt,
    is_tasked,
    is_concurrent,
    spend_class,
    case
        when spend_class = 'retry_duplicate' then repeat_evidence
        when is_concurrent then 'concurrent'
    end as duplicate_evidence,
    case when spend_class = 'retry_duplicate' then repeats_call_id end as duplicate_of_call_id,
    case when spend_class = 'retry_duplicate' then repeats_run_id end as duplicate_of_run_id,
    traffic_source in ('production', 'ops')
    and (task_source = 'task' or attempt is not null or input_hash is not null) as is_judgeable,
    {{ utc_date('started_ns') }} as date
from classed
