-- Walks each touched trace from its roots down, handing tags, step and enclosing requests to the spans below.
-- A span whose parent never arrived is a root. A span that only a loop of parents would reach stands for itself.
with recursive spans as (
    select
        -- a word outside the vocabulary says nothing, so it must not hide what an ancestor says
        * replace (case when traffic_source in {{ traffic_sources() }} then traffic_source end as traffic_source),
        {{ is_candidate('d') }} as is_candidate,
        {{ is_request('d') }} as is_request,
        coalesce(role, 'other') in ('tool', 'container') and operation in ('tool', 'agent') as is_tool_or_agent,
        case when {{ is_agent_span('d') }} then span_id end as own_agent_span_id
    from {{ ref('int_spans_deduplicated') }} as d
),

starts as (
    select
        spans.organization,
        spans.trace_id,
        spans.span_id,
        0 as depth,
        spans.span_id as root_span_id,
        spans.name as root_name,
        {%- for tag in tag_columns() %}
        spans.{{ tag }} as inherited_{{ tag }},
        {%- endfor %}
        spans.step as step_tag,
        case when spans.step is not null then spans.span_id end as step_tag_span_id,
        cast(null as varchar) as step_span_name,
        cast(null as varchar) as step_span_id,
        cast(null as varchar) as outer_candidate_id,
        cast(null as varchar) as outer_request_id,
        false as has_tool_between,
        case when spans.task_id is not null then 0 end as task_tag_depth,
        spans.own_agent_span_id as agent_span_id,
        spans.is_candidate,
        spans.is_request,
        spans.is_tool_or_agent,
        parent.span_id is null as is_true_root
    from spans
    left join spans as parent
        on spans.organization = parent.organization
        and spans.trace_id = parent.trace_id
        and spans.parent_span_id = parent.span_id
),

walk as (
    select * from starts
    where is_true_root
    union all
    select
        child.organization,
        child.trace_id,
        child.span_id,
        walk.depth + 1,
        walk.root_span_id,
        walk.root_name,
        {%- for tag in tag_columns() %}
        coalesce(child.{{ tag }}, walk.inherited_{{ tag }}),
        {%- endfor %}
        coalesce(child.step, walk.step_tag),
        case when child.step is not null then child.span_id else walk.step_tag_span_id end,
        case when {{ is_step_span('child') }} then child.name else walk.step_span_name end,
        case when {{ is_step_span('child') }} then child.span_id else walk.step_span_id end,
        case when walk.is_candidate then walk.span_id else walk.outer_candidate_id end,
        case when walk.is_request then walk.span_id else walk.outer_request_id end,
        not walk.is_request and (walk.has_tool_between or walk.is_tool_or_agent),
        case when child.task_id is not null and walk.task_tag_depth is null then walk.depth + 1 else walk.task_tag_depth end,
        coalesce(child.own_agent_span_id, walk.agent_span_id),
        child.is_candidate,
        child.is_request,
        child.is_tool_or_agent,
        true
    from walk
    inner join spans as child
        on walk.organization = child.organization
        and walk.trace_id = child.trace_id
        and walk.span_id = child.parent_span_id
        and child.parent_span_id != child.span_id
)

select * from walk
union all
select starts.* from starts
anti join walk using (organization, trace_id, span_id)
