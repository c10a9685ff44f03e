-- Evaluation results that spans and reports tell of touched tasks, one row each. A report that stands apart from the
-- task's spans is about the one known task of that id, or production's where there are several; one that has no place is
-- about no task.
with apart as (
    select organization, task_id, task_key, kind, evaluations from {{ ref('int_run_sightings') }}
    where kind != 'spans'
    union all
    select organization, task_id, task_key, kind, evaluations from {{ history('int_task_sightings') }}
    where
        kind != 'spans'
        and task_key in (select task_key from {{ ref('int_touched_tasks') }})
        and run_key not in (select run_key from {{ ref('int_touched_runs') }})
),

chosen as (
    select organization, task_id, {{ chosen_source() }} as task_traffic_source, 'evaluations' as kind
    from {{ ref('int_task_runs') }}
    where (organization, task_id) in (select (organization, task_id) from apart)
    group by organization, task_id
),

lists as (
    select organization, task_id, task_traffic_source, task_key, evaluations from {{ ref('int_task_runs') }}
    where evaluations is not null
    union all
    select apart.organization, chosen.task_id, chosen.task_traffic_source, apart.task_key, apart.evaluations
    from apart
    left join chosen
        on apart.kind = chosen.kind
        and apart.organization = chosen.organization
        and apart.task_id = chosen.task_id
        and chosen.task_traffic_source is not null
),

results as (
    select * exclude (evaluations), unnest(evaluations) as result from lists
)

select
    organization,
    task_id,
    task_traffic_source,
    task_key as outcome_key,
    result.revision_id,
    result.name as evaluation_name,
    result.score,
    result.label,
    {{ at_utc('result.judged_ns') }} as judged_at
from results
