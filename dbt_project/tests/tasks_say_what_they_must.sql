-- Each task of a touched date has its key once, words of the vocabularies, and amounts that can be.
with judged as (
    select
        task_date,
        organization,
        task_id,
        case
            when count(*) over (partition by organization, task_id, task_traffic_source) > 1 then 'the key stands twice'
            when organization is null or task_id is null then 'a key is null'
            when coalesce(task_traffic_source not in {{ traffic_sources() }} and task_traffic_source != 'unknown', true)
                then 'traffic source'
            when coalesce(task_source not in ('task', 'run', 'trace'), true) then 'task_source'
            when coalesce(outcome not in ('success', 'failure', 'unknown'), true) then 'outcome'
            when (outcome = 'unknown') != (outcome_source is null) then 'an outcome has a source, an unknown one has none'
            when not is_tasked and outcome != 'unknown' then 'an outcome makes a task'
            when cost_usd is null or overhead_cost_usd is null then 'a task has a cost, if only 0'
            when unknown_cost_calls > calls or runs < 1 then 'counts'
            when units_succeeded > units then 'more units succeeded than there are'
            when ended_ns < started_ns or active_ns < 0 then 'times'
        end as problem
    from {{ ref('int_tasks') }}
    where task_date in ({{ touched_dates('int_tasks') }})
)

select
    task_date,
    organization,
    task_id,
    problem
from judged
where problem is not null
