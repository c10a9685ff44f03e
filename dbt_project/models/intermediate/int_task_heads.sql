-- What deciding on a touched task's outcome needs of it: its workflow, its end, whether a tag makes it a task, and how its
-- last run ended.
with runs as (
    select
        organization,
        task_id,
        task_traffic_source,
        run_id,
        min(started_ns) as started_ns,
        max(ended_ns) as ended_ns,
        bool_or(coalesce(has_error, false)) as has_error
    from {{ ref('int_task_runs') }}
    group by organization, task_id, task_traffic_source, run_id
),

last_runs as (
    select
        organization,
        task_id,
        task_traffic_source,
        max(ended_ns) as ended_ns,
        arg_max(run_id, (started_ns, run_id)) as last_run_id,
        arg_max(has_error, (started_ns, run_id)) as has_failed_run,
        arg_max(ended_ns, (started_ns, run_id)) as last_run_ended_ns
    from runs
    group by organization, task_id, task_traffic_source
),

sighted as (
    select
        organization,
        task_id,
        task_traffic_source,
        any_value(task_key) as task_key,
        arg_min(workflow_id, {{ sighting_order('started_ns') }}) filter (where workflow_id is not null) as workflow_id,
        bool_or(task_source = 'task' or has_run_tag or has_workflow_tag) as has_tag
    from {{ ref('int_task_runs') }}
    group by organization, task_id, task_traffic_source
),

ruled as (
    select
        workflows.workflow_id,
        arg_min(rules.run_error, rules.position) filter (where rules.run_error is not null) as run_error,
        arg_min(rules.outcome_window_ns, rules.position) filter (where rules.outcome_window_ns is not null)
            as outcome_window_ns
    from (select distinct workflow_id from sighted) as workflows
    inner join {{ source('meta', 'workflow_rules') }} as rules on {{ is_named('rules.workflow', 'workflows.workflow_id') }}
    group by workflows.workflow_id
)

select
    sighted.*,
    last_runs.ended_ns,
    last_runs.last_run_id,
    last_runs.last_run_ended_ns,
    last_runs.has_failed_run,
    ruled.run_error,
    ruled.outcome_window_ns
from sighted
inner join last_runs using (organization, task_id, task_traffic_source)
left join ruled on sighted.workflow_id is not distinct from ruled.workflow_id
