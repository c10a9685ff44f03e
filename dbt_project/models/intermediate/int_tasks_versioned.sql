-- Under which version each touched task counts: of the model of each step, of each prompt, of the code. The first one
-- tried is it, so that a cheap-first policy carries its escalations; tasks that tried several are marked.
with calls as (
    select * from {{ ref('int_calls_classified') }}
    where traffic_source = task_traffic_source and is_tasked
),

tried as (
    select task_key, organization, task_id, task_traffic_source, started_ns, call_id,
        'model' as kind, coalesce(step, '') as subject, model as version
    from calls
    union all
    select task_key, organization, task_id, task_traffic_source, started_ns, call_id,
        'prompt', coalesce(prompt_name, ''), prompt_version
    from calls
    union all
    select task_key, organization, task_id, task_traffic_source, started_ns, call_id,
        'code', '', code_version
    from calls
),

first_tried as (
    select
        organization,
        task_id,
        task_traffic_source,
        kind,
        subject,
        arg_min(version, (started_ns, call_id)) as version,
        count(distinct version) > 1 as is_mixed
    from tried
    where version is not null
    group by organization, task_id, task_traffic_source, kind, subject
)

select
    tasks.task_key,
    tasks.organization,
    tasks.environment,
    tasks.workflow_id,
    tasks.task_id,
    tasks.task_traffic_source as traffic_source,
    first_tried.kind,
    first_tried.subject,
    first_tried.version,
    first_tried.is_mixed,
    {{ shared_by('tasks.customer_id', 'tasks.user_id') }} as shared_by,
    tasks.started_ns,
    tasks.outcome = 'success' as is_success,
    tasks.outcome in ('success', 'failure') and tasks.unknown_cost_calls = 0 as is_known,
    tasks.cost_usd,
    tasks.task_date
from first_tried
inner join {{ ref('int_tasks_judged') }} as tasks using (organization, task_id, task_traffic_source)
where tasks.is_tasked
