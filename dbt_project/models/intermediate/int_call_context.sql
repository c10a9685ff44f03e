-- What the surroundings of its sightings say of a call. A library that wraps or is wrapped by the one that speaks for the
-- call must change nothing, so what spans say is read at the innermost sighting of the call's trace, which inherits from
-- all others; what only a resource says, at the sighting that speaks. Task and run are read together, at the innermost
-- sighting that has a task tag, else a run tag.
-- A call that was seen once is as that sighting says.
{%- set call_tags = tag_columns() | reject('in', ['traffic_source', 'traffic_marker', 'task_id']) | list %}
with sightings as (
    select
        *,
        coalesce(inherited_task_id, resource_task_id) as tagged_task_id
    from {{ ref('int_sightings') }}
),

several as (
    select
        *,
        trace_id = first_value(trace_id) over (partition by call_id order by preference) as is_of_call_trace,
        coalesce(signal = 'log', false) or max(effective_sampler) over (partition by call_id, trace_id) is null as is_whole,
        list_position(['marker', 'span tag', 'ancestor tag', 'resource tag', 'resource marker'], traffic_source_rule)
            as traffic_rank
    from sightings
    where call_id in (select call_id from {{ ref('int_sightings') }} where preference = 2)
),

placed as (
    select
        *,
        row_number() over (call order by depth desc nulls last, preference) as place,
        row_number() over (
            call order by tagged_task_id is null, effective_workflow_run_id is null, depth desc nulls last, preference
        ) as task_place,
        row_number() over (
            call order by traffic_rank nulls last, case when traffic_rank <= 3 then -depth end nulls last, preference
        ) as traffic_place
    from several
    window call as (partition by call_id, is_of_call_trace)
)

select
    call_id,
    {%- for tag in call_tags %}
    {{ "case when not bool_or(is_whole) then" if tag in ['sampler', 'sampling_probability'] }} coalesce(
        arg_min(inherited_{{ tag }}, place) filter (where inherited_{{ tag }} is not null and is_of_call_trace),
        arg_min(effective_{{ tag }}, preference) filter (where effective_{{ tag }} is not null)
    ) {{ "end" if tag in ['sampler', 'sampling_probability'] }} as {{ tag }},
    {%- endfor %}
    {%- for name in ['tagged_task_id', 'run_id', 'run_key', 'agent_span_id'] %}
    arg_min_null({{ name }}, task_place) filter (where is_of_call_trace) as {{ name }},
    {%- endfor %}
    arg_min(known_traffic_source, traffic_place) filter (where is_of_call_trace) as traffic_source,
    arg_min(traffic_source_rule, traffic_place) filter (where is_of_call_trace) as traffic_source_rule,
    coalesce(
        arg_min(step_tag, place) filter (where step_tag is not null and is_of_call_trace),
        arg_min(effective_step, preference) filter (where preference = 1)
    ) as step,
    coalesce(
        arg_min(step_tag_span_id, place) filter (where step_tag is not null and is_of_call_trace),
        arg_min(step_span, preference) filter (where preference = 1)
    ) as step_span
from placed
group by call_id
union all
select
    call_id,
    {%- for tag in call_tags %}
    {%- if tag in ['sampler', 'sampling_probability'] %}
    case when signal is distinct from 'log' and effective_sampler is not null then effective_{{ tag }} end as {{ tag }},
    {%- else %}
    effective_{{ tag }} as {{ tag }},
    {%- endif %}
    {%- endfor %}
    tagged_task_id,
    run_id,
    run_key,
    agent_span_id,
    known_traffic_source as traffic_source,
    traffic_source_rule,
    coalesce(step_tag, effective_step) as step,
    coalesce(case when step_tag is not null then step_tag_span_id end, step_span) as step_span
from sightings
where call_id not in (select call_id from {{ ref('int_sightings') }} where preference = 2)
