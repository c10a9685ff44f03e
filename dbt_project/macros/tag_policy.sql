{# Tags that a policy can ask for, and how a call says each: `TAGS` of `transforms/tag_policy.py`. #}
{% macro policy_tags() %}
  {{ return({
    'team': 'team', 'project': 'project', 'cost_center': 'cost_center', 'environment': 'environment', 'feature': 'feature',
    'customer_id': 'customer_id', 'user_id': 'user_id', 'session_id': 'session_id', 'workflow_id': 'workflow_id',
    'task_id': 'tagged_task_id', 'traffic_source': "nullif(traffic_source, 'unknown')", 'prompt_name': 'prompt_name',
    'prompt_version': 'prompt_version', 'code_version': 'code_version', 'service_name': 'service_name',
  }) }}
{% endmacro %}

{# CTE `asks`, a row: of each tag, whether the policy asks for it, and whether it says which values are allowed. #}
{% macro tag_asks() -%}
asks as (
    select
        {%- for tag in policy_tags() %}
        count(*) filter (where tag = '{{ tag }}') > 0 as {{ tag }}_is_asked,
        count(*) filter (where tag = '{{ tag }}' and allowed is not null) > 0 as {{ tag }}_is_listed,
        {%- endfor %}
        count(*) > 0 as is_any
    from {{ source('meta', 'required_tags') }}
)
{%- endmacro %}

{# The value of a tag as the policy asks for it: nothing where it is not asked for, '' for any value where all are allowed. #}
{% macro tag_as_asked(tag, value) -%}
    case
        when asks.{{ tag }}_is_listed then nullif({{ value }}, '')
        when asks.{{ tag }}_is_asked then case when {{ value }} != '' then '' end
    end
{%- endmacro %}
