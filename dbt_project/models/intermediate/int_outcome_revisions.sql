-- Everything anybody said of how a touched task ended, and which word holds: the highest rank, then the latest, then the
-- greatest revision id. Results of evaluations speak through the operator's rules, together: the latest of each name counts,
-- and one that failed goes before those that succeeded.
with said as (
    select
        {{ select_list(outcome_columns()) }},
        task_id,
        task_traffic_source,
        case when evaluation_name is null then channel else 'score rule' end as source
    from {{ ref('int_outcome_records') }}
    union all by name
    select
        task_key as outcome_key,
        organization,
        task_id,
        task_traffic_source,
        'task attribute' as source,
        'span' as channel,
        trace_id || '/' || coalesce(tagged_task_id, '') || '/' || run_id as revision_id,
        outcome as said_outcome,
        outcome_score as score,
        units,
        units_succeeded,
        {{ at_utc('coalesce(outcome_ns, ended_ns)') }} as judged_at
    from {{ ref('int_task_runs') }}
    where coalesce(outcome, cast(outcome_score as varchar), cast(units as varchar), cast(units_succeeded as varchar)) is not null
    union all by name
    select *, 'score rule' as source, 'span' as channel from {{ ref('int_outcome_evaluations') }}
    union all by name
    select
        task_key as outcome_key,
        organization,
        task_id,
        task_traffic_source,
        'run error' as source,
        'span' as channel,
        'run error/' || last_run_id as revision_id,
        'failure' as said_outcome,
        {{ at_utc('last_run_ended_ns') }} as judged_at
    from {{ ref('int_task_heads') }}
    where has_failed_run and run_error = 'failure' and has_tag
),

subjects as (
    select distinct heads.workflow_id, said.evaluation_name
    from said
    inner join {{ ref('int_task_heads') }} as heads using (organization, task_id, task_traffic_source)
    where said.evaluation_name is not null
),

ruled as (
    select subjects.workflow_id, subjects.evaluation_name, arg_min(rules, rules.position) as rule
    from subjects
    inner join {{ source('meta', 'evaluation_rules') }} as rules
        on {{ is_named('rules.workflow', 'subjects.workflow_id') }}
        and {{ is_named('rules.evaluation', 'subjects.evaluation_name') }}
    group by subjects.workflow_id, subjects.evaluation_name
),

judged as (
    select
        said.*,
        heads.task_key,
        ruled.rule.rule as rule,
        case when said.evaluation_name is null then said.said_outcome else {{ ruled_outcome('said', 'ruled.rule') }} end
            as outcome,
        {{ outcome_rank('said.source') }} as rank
    from said
    left join {{ ref('int_task_heads') }} as heads using (organization, task_id, task_traffic_source)
    left join ruled
        on case when said.task_id is not null then said.evaluation_name end = ruled.evaluation_name
        and heads.workflow_id is not distinct from ruled.workflow_id
),

latest as (
    select
        *,
        evaluation_name is null
        or row_number() over (
            partition by organization, task_id, task_traffic_source, evaluation_name
            order by judged_at desc, revision_id desc, outcome_key
        ) = 1 as is_latest
    from judged
)

select
    *,
    coalesce(
        task_id is not null and outcome is not null and is_latest
        and row_number() over (
            partition by organization, task_id, task_traffic_source
            order by
                outcome is not null and is_latest desc, rank desc, evaluation_name is not null and outcome = 'failure' desc,
                judged_at desc, revision_id desc, outcome_key
        ) = 1,
        false
    ) as is_winner,
    cast(judged_at as date) as date
from latest
