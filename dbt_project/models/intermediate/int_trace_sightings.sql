-- What the spans of each touched trace say of a task: one row per trace, run and task tag. Spans without a task tag
-- of their own or above them form the row with a null tag.
with spans as (
    select
        context.*,
        coalesce(inherited_task_id, resource_task_id) as tagged_task_id,
        case when inherited_task_id is not null then coalesce(task_tag_depth, depth) else 0 end as carried_depth
    from {{ ref('int_span_context') }} as context
)

select
    organization,
    trace_id,
    trace_key,
    run_id,
    run_key,
    tagged_task_id,
    bool_or(effective_workflow_run_id is not null) as has_run_tag,
    bool_or(effective_workflow_id is not null) as has_workflow_tag,
    min(started_ns) as started_ns,
    max(coalesce(ended_ns, started_ns)) as ended_ns,
    -- the outermost span that carries the task says which traffic it is
    arg_min(known_traffic_source, (known_traffic_source = 'unknown' and tagged_task_id is null, depth, started_ns, span_id))
        as traffic_source,
    arg_min(coalesce(effective_workflow_id, root_name), (depth, started_ns, span_id)) as workflow_id,
    {%- for tag in ['team', 'project', 'cost_center', 'feature', 'environment', 'customer_id', 'user_id', 'task_size',
        'prompt_version'] %}
    arg_min(effective_{{ tag }}, (depth, started_ns, span_id)) filter (where effective_{{ tag }} is not null) as {{ tag }},
    {%- endfor %}
    bool_or(coalesce(effective_is_restart, false)) as is_restart,
    bool_or(depth = 0 and status_code = 2) as has_root_error,
    arg_max(coalesce(task_outcome, resource_task_outcome), (coalesce(ended_ns, started_ns), span_id)) filter (
        where coalesce(task_outcome, resource_task_outcome) in ('success', 'failure')
    ) as outcome,
    max(coalesce(ended_ns, started_ns)) filter (
        where coalesce(task_outcome, resource_task_outcome) in ('success', 'failure')
    ) as outcome_ns,
    arg_max(coalesce(task_score, resource_task_score), (coalesce(ended_ns, started_ns), span_id)) filter (
        where coalesce(task_score, resource_task_score) is not null
    ) as outcome_score,
    arg_max(coalesce(task_units, resource_task_units), (coalesce(ended_ns, started_ns), span_id)) filter (
        where coalesce(task_units, resource_task_units) is not null
    ) as units,
    arg_max(coalesce(task_units_succeeded, resource_task_units_succeeded), (coalesce(ended_ns, started_ns), span_id)) filter (
        where coalesce(task_units_succeeded, resource_task_units_succeeded) is not null
    ) as units_succeeded
from spans
group by organization, trace_id, trace_key, run_id, run_key, tagged_task_id
