-- Attempts at the steps of a run, numbered where their tag stands: a call's own tag makes it one, a step span's tag makes all
-- calls of that span one. Calls without a tag between two attempts, such as an embedding, do not part them.
with attempts as (
    select
        organization,
        task_id,
        task_traffic_source,
        run_id,
        step,
        execution_id,
        min(attempt) as attempt,
        min(started_ns) as started_ns
    from {{ ref('int_task_calls') }}
    where attempt is not null
    group by organization, task_id, task_traffic_source, run_id, step, execution_id
),

-- A number that is not higher than the one before it is where numbers begin anew.
compared as (
    select
        *,
        coalesce(attempt <= lag(attempt) over run_step, false) as is_anew
    from attempts
    window run_step as (
        partition by organization, task_id, task_traffic_source, run_id, step order by started_ns, attempt, execution_id
    )
),

numbered as (
    select
        *,
        count(*) filter (where is_anew) over run_step as numbering
    from compared
    window run_step as (
        partition by organization, task_id, task_traffic_source, run_id, step order by started_ns, attempt, execution_id
    )
)

-- Attempts may overlap: the last start of the higher ones tells whether any of them began after mine had ended.
select
    organization,
    task_id,
    task_traffic_source,
    run_id,
    step,
    execution_id,
    max(started_ns) over (
        partition by organization, task_id, task_traffic_source, run_id, step, numbering
        order by attempt
        rows between 1 following and unbounded following
    ) as later_attempt_ns
from numbered
