-- One row per span of a touched trace with everything its surroundings say about it. What a span and its resource say of
-- tags themselves is in what they come to, and left behind: a row is carried through many models.
{%- set told = ['usage_key', 'status_message', 'kind'] %}
{%- for tag in tag_columns() %}
  {%- if tag not in ['session_id', 'user_id'] %}{% do told.append(tag) %}{% endif %}
  {%- if tag not in ['session_id', 'task_id'] %}{% do told.append('resource_' ~ tag) %}{% endif %}
{%- endfor %}
with effective as (
    select
        spans.*,
        tree.* exclude (organization, trace_id, span_id),
        {%- for tag in tag_columns() %}
        coalesce(tree.inherited_{{ tag }}, spans.resource_{{ tag }}) as effective_{{ tag }},
        {%- endfor %}
        coalesce(tree.step_tag, tree.step_span_name) as effective_step,
        case when tree.step_tag is not null then tree.step_tag_span_id else tree.step_span_id end as step_span
    from {{ ref('int_spans_deduplicated') }} as spans
    inner join {{ ref('int_span_tree') }} as tree using (organization, trace_id, span_id)
),

sourced as (
    select
        *,
        case
            when inherited_traffic_marker is not null then 'marker'
            when traffic_source in {{ traffic_sources() }} then 'span tag'
            when inherited_traffic_source in {{ traffic_sources() }} then 'ancestor tag'
            when resource_traffic_source in {{ traffic_sources() }} then 'resource tag'
            when resource_traffic_marker is not null then 'resource marker'
            else 'none'
        end as traffic_source_rule
    from effective
)

select
    * exclude ({{ told | join(', ') }}),
    case traffic_source_rule
        when 'marker' then inherited_traffic_marker
        when 'span tag' then traffic_source
        when 'ancestor tag' then inherited_traffic_source
        when 'resource tag' then resource_traffic_source
        when 'resource marker' then resource_traffic_marker
        else 'unknown'
    end as known_traffic_source,
    coalesce(effective_workflow_run_id, trace_id) as run_id,
    {{ narrow_key("organization || '/' || coalesce(effective_workflow_run_id, trace_id)") }} as run_key
from sourced
