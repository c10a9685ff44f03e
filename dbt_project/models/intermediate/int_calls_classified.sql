-- Each call of the touched tasks with its one spend class: the first line that applies.
with calls as (
    select
        call_id,
        organization,
        task_id,
        task_traffic_source,
        run_id,
        step,
        attempt,
        input_hash,
        started_ns
    from {{ ref('int_calls_charged') }}
),

tagged as (
    select
        call_id,
        -- 0-based attempt tags are shifted
        attempt + case when min(attempt) over (
            partition by organization, task_id, task_traffic_source, run_id, step
        ) = 0 then 1 else 0 end as step_attempt
    from calls
    where attempt is not null
),

sent_again as (
    select organization, task_id, task_traffic_source, run_id, step, input_hash
    from calls
    where input_hash is not null
    group by organization, task_id, task_traffic_source, run_id, step, input_hash
    having count(*) > 1
),

-- By time where no tag tells: the place among those of a step that send the same. What nothing else sends is the first.
timed as (
    select
        calls.call_id,
        row_number() over (
            partition by calls.organization, calls.task_id, calls.task_traffic_source, calls.run_id, calls.step,
                calls.input_hash
            order by calls.started_ns, calls.call_id
        ) as step_attempt
    from calls
    inner join sent_again
        on {{ same('calls', 'sent_again', ['organization', 'task_id', 'task_traffic_source', 'run_id', 'step']) }}
        and calls.input_hash = sent_again.input_hash
),

judged as (
    select
        calls.*,
        coalesce(tagged.step_attempt, timed.step_attempt, 1) as step_attempt,
        verdicts.is_superseded,
        case when calls.traffic_source not in ('eval', 'replay') then verdicts.repeat_evidence end as repeat_evidence,
        verdicts.repeats_call_id,
        verdicts.repeats_run_id,
        verdicts.is_concurrent
    from {{ ref('int_calls_charged') }} as calls
    left join tagged on calls.call_id = tagged.call_id
    left join timed on calls.call_id = timed.call_id
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
