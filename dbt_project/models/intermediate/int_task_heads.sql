-- What the sightings of each touched task say together: whose it is, when it ran, whether a tag makes it a task, how its last
-- run ended, and the operator's rules for it.
{%- set tags = ['workflow_id', 'team', 'project', 'cost_center', 'feature', 'environment', 'customer_id', 'user_id',
    'prompt_version', 'task_size'] %}
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

run_sums as (
    select
        organization,
        task_id,
        task_traffic_source,
        count(*) as runs,
        cast(sum(ended_ns - started_ns) as bigint) as active_ns,
        min(started_ns) as started_ns,
        max(ended_ns) as ended_ns,
        arg_max(run_id, (started_ns, run_id)) as last_run_id,
        arg_max(has_error, (started_ns, run_id)) as has_failed_run,
        arg_max(ended_ns, (started_ns, run_id)) as last_run_ended_ns
    from runs
    group by organization, task_id, task_traffic_source
),

placed as (
    select
        *,
        row_number() over (
            partition by organization, task_id, task_traffic_source order by {{ sighting_order('started_ns') }}
        ) as place
    from {{ ref('int_task_runs') }}
),

sighted as (
    select
        organization,
        task_id,
        task_traffic_source,
        any_value(task_key) as task_key,
        arg_min(task_source, place) as task_source,
        {%- for tag in tags %}
        arg_min({{ tag }}, place) filter (where {{ tag }} is not null) as {{ tag }},
        {%- endfor %}
        bool_or(task_source = 'task' or has_run_tag or has_workflow_tag) as has_tag
    from placed
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
    run_sums.* exclude (organization, task_id, task_traffic_source),
    ruled.run_error,
    ruled.outcome_window_ns
from sighted
inner join run_sums using (organization, task_id, task_traffic_source)
left join ruled on sighted.workflow_id is not distinct from ruled.workflow_id
