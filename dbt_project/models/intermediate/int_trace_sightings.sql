-- What the spans of each touched trace say of a task: one row per trace, run and task tag. Spans without a task tag
-- of their own or above them form the row with a null tag. Reported evaluations are no part of the work: where nothing
-- else of the trace is of a task, the row's kind says that there is only their word.
{%- set outermost = '(depth, started_ns, span_id)' %}
{%- set last_judged = '(judged_ns, span_id)' %}
{%- set carried_tags = ['team', 'project', 'cost_center', 'feature', 'environment', 'customer_id', 'user_id', 'task_size',
    'prompt_version'] %}
with spans as (
    select
        organization,
        trace_id,
        trace_key,
        span_id,
        run_id,
        run_key,
        depth,
        started_ns,
        status_code,
        known_traffic_source,
        effective_workflow_run_id,
        effective_workflow_id,
        effective_is_restart,
        case when {{ may_number_its_run() }} then attempt end as own_attempt,
        {%- for tag in carried_tags %}
        effective_{{ tag }},
        {%- endfor %}
        coalesce(inherited_task_id, resource_task_id) as tagged_task_id,
        coalesce(effective_workflow_id, root_name) as named_workflow_id,
        coalesce(task_outcome, resource_task_outcome) as own_outcome,
        coalesce(task_score, resource_task_score) as own_score,
        coalesce(task_units, resource_task_units) as own_units,
        coalesce(task_units_succeeded, resource_task_units_succeeded) as own_units_succeeded,
        coalesce(ended_ns, started_ns) as judged_ns
    from {{ ref('int_span_context') }}
    where coalesce(role, 'other') != 'evaluation'
),

worked as (
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
        max(judged_ns) as ended_ns,
        -- the outermost span that carries the task says which traffic it is
        arg_min(
            known_traffic_source,
            (known_traffic_source = 'unknown' and tagged_task_id is null, depth, started_ns, span_id)
        ) as traffic_source,
        arg_min(named_workflow_id, {{ outermost }}) as workflow_id,
        {%- for tag in carried_tags %}
        arg_min(effective_{{ tag }}, {{ outermost }}) filter (where effective_{{ tag }} is not null) as {{ tag }},
        {%- endfor %}
        bool_or(coalesce(effective_is_restart, false)) as is_restart,
        arg_min_null(own_attempt, {{ outermost }}) as attempt,
        bool_or(depth = 0 and status_code = 2) as has_root_error,
        coalesce(arg_min(status_code = 2, {{ outermost }}), false) as has_error,
        arg_max(own_outcome, {{ last_judged }}) filter (where own_outcome in ('success', 'failure')) as outcome,
        max(judged_ns) filter (where own_outcome in ('success', 'failure')) as outcome_ns,
        arg_max(own_score, {{ last_judged }}) filter (where own_score is not null) as outcome_score,
        arg_max(own_units, {{ last_judged }}) filter (where own_units is not null) as units,
        arg_max(own_units_succeeded, {{ last_judged }}) filter (where own_units_succeeded is not null) as units_succeeded
    from spans
    group by organization, trace_id, trace_key, run_id, run_key, tagged_task_id
),

judged as (
    select
        worked.*,
        'spans' as kind,
        evaluations.evaluations
    from worked
    left join {{ ref('int_trace_evaluations') }} as evaluations
        on worked.organization = evaluations.organization
        and worked.trace_id = evaluations.trace_id
        and worked.run_id = evaluations.run_id
        and worked.tagged_task_id is not distinct from evaluations.tagged_task_id
        and not evaluations.is_unplaced
)

select * from judged
union all by name
select
    evaluations.* exclude (is_unplaced),
    false as has_run_tag,
    false as has_workflow_tag,
    'unknown' as traffic_source,
    case when evaluations.is_unplaced then 'unplaced' else 'evaluations' end as kind
from {{ ref('int_trace_evaluations') }} as evaluations
left join worked
    on evaluations.organization = worked.organization
    and evaluations.trace_id = worked.trace_id
    and evaluations.run_id = worked.run_id
    and evaluations.tagged_task_id is not distinct from worked.tagged_task_id
where evaluations.is_unplaced or worked.trace_id is null
