-- Each touched task's outcome is what the one word that holds says; no word of a higher rank, or a later one of its rank,
-- speaks against it; and a task without such a word has no outcome.
with words as (
    select * from {{ ref('int_outcomes') }}
    where task_key in (select task_key from {{ ref('int_touched_tasks') }}) and task_id is not null
),

winners as (
    select
        organization,
        task_id,
        task_traffic_source,
        count(*) as winners,
        max(outcome) as outcome,
        max(source) as source,
        max(judged_at) as judged_at,
        max(rank) as rank
    from words
    where is_winner
    group by organization, task_id, task_traffic_source
),

beaten as (
    select distinct words.organization, words.task_id, words.task_traffic_source
    from words
    inner join winners using (organization, task_id, task_traffic_source)
    where
        words.outcome is not null
        and words.is_latest
        and (
            words.rank > winners.rank
            or words.rank = winners.rank and words.source != 'score rule' and words.judged_at > winners.judged_at
            or words.rank = winners.rank and words.source = 'score rule' and words.outcome = 'failure' and winners.outcome != 'failure'
        )
),

judged as (
    select
        organization,
        tasks.task_id,
        tasks.task_traffic_source,
        tasks.outcome,
        tasks.outcome_source,
        case
            when winners.winners > 1 then 'two words hold'
            when tasks.outcome != coalesce(winners.outcome, 'unknown') then 'the word that holds says otherwise'
            when tasks.outcome != 'unknown' and tasks.outcome_source != winners.source then 'another source'
            when beaten.task_id is not null then 'a word of a higher rank, or a later one, says otherwise'
            when tasks.is_pending and tasks.outcome != 'unknown' then 'a pending task has no outcome'
            when tasks.is_pending and not tasks.is_tasked then 'what is no task is not pending'
        end as problem
    from {{ ref('int_tasks_judged') }} as tasks
    left join winners using (organization, task_id, task_traffic_source)
    left join beaten using (organization, task_id, task_traffic_source)
)

select * from judged
where problem is not null
