{# Columns that a span inherits from its ancestors and, last, from its resource: the TAGS of the lake's schema. #}
{% macro tag_columns() %}
  {{ return([
    'traffic_source', 'traffic_detail', 'traffic_marker', 'team', 'project', 'cost_center', 'customer_id', 'feature',
    'environment', 'user_id', 'session_id', 'workflow_id', 'workflow_run_id', 'is_restart', 'task_id', 'task_size',
    'prompt_name', 'prompt_version', 'code_version', 'sampling_probability', 'sampler',
  ]) }}
{% endmacro %}

{# Tags that speak of the span's task and are read where they stand; never inherited. #}
{% macro sighting_columns() %}
  {{ return(['task_outcome', 'task_score', 'task_units', 'task_units_succeeded']) }}
{% endmacro %}

{# What a dialect read out of one span about the request it made. #}
{% macro call_columns() %}
  {{ return([
    'dialect', 'operation', 'provider', 'request_model', 'response_model', 'response_id', 'finish_reason', 'is_stream',
    'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'output_tokens',
    'reasoning_tokens', 'usage_iterations', 'usage_fields', 'token_rule', 'is_estimated', 'reported_cost_usd',
    'reported_cost_kind',
    'is_cache_hit', 'service_tier', 'error_type', 'attempt', 'input_hash', 'output_hash', 'reservation_id',
    'agent_name', 'server_address', 'region', 'service_name', 'usage_error', 'cost_error',
  ]) }}
{% endmacro %}

{# The counts of one request. #}
{% macro token_counts() %}
  {{ return([
    'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'output_tokens',
    'reasoning_tokens',
  ]) }}
{% endmacro %}

{# Span facts beside the tags and the call columns. #}
{% macro span_columns() %}
  {{ return([
    'organization', 'trace_id', 'span_id', 'parent_span_id', 'name', 'kind', 'start_ns', 'end_ns', 'status_code',
    'status_message', 'scope_name', 'role', 'step', 'tool_name', 'signal', 'evaluations',
  ]) }}
{% endmacro %}

{# All columns of one span version, in one order: staging, deduplication and history share it. #}
{% macro span_version_columns() %}
  {%- set resource_tags = [] -%}
  {%- for tag in tag_columns() + sighting_columns() -%}{%- do resource_tags.append('resource_' ~ tag) -%}{%- endfor -%}
  {{ return(['trace_key'] + span_columns() + call_columns() + tag_columns() + sighting_columns() + resource_tags
    + ['has_trustworthy_clock', 'first_received_ns', 'response_key', 'usage_key', 'session_key']) }}
{% endmacro %}

{# A total order of a span's versions by what each says beyond its identity, the same wherever it is computed; what is made
   of these columns, or of the arrival, tells nothing more. #}
{% macro version_order() -%}
  {%- set made = ['trace_key', 'organization', 'trace_id', 'span_id', 'has_trustworthy_clock', 'first_received_ns',
    'response_key', 'usage_key', 'session_key'] -%}
  (end_ns is not null) desc, end_ns desc nulls last, usage_fields desc nulls last
  {%- for name in span_version_columns() | reject('in', made + ['end_ns', 'usage_fields']) -%}
    , {{ name }} desc nulls last
  {%- endfor -%}
{%- endmacro %}

{% macro select_list(names, prefix='') -%}
  {%- for name in names %}
    {{ prefix }}{{ name }}{{ "," if not loop.last }}
  {%- endfor %}
{%- endmacro %}

{# Joins on columns that may be null. #}
{% macro same(left, right, columns) -%}
  {%- for column in columns %}
  {{ left }}.{{ column }} is not distinct from {{ right }}.{{ column }}{{ " and" if not loop.last }}
  {%- endfor %}
{%- endmacro %}
