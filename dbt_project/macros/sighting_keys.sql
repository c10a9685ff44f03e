{# Keys by which two traces can hold sightings of one call; narrow, so that looking them up in history is cheap.
   They only say which traces to look at together; `int_trace_folds` judges. #}

{# Requests, and reported evaluations, that name the same provider response. #}
{% macro response_key(span) -%}
  case when {{ span }}.response_id is not null and ({{ is_candidate(span) }} or {{ span }}.role = 'evaluation')
    then {{ narrow_key("'response/' || " ~ span ~ ".organization || '/' || " ~ span ~ ".response_id") }}
  end
{%- endmacro %}

{# Requests of one service with the same input and output. #}
{% macro usage_key(span) -%}
  case when {{ span }}.input_tokens + {{ span }}.output_tokens > 0 and {{ is_request(span) }}
    then {{ narrow_key(
      "'usage/' || " ~ span ~ ".organization || '/' || coalesce(" ~ span ~ ".service_name, '') || '/' || " ~ span
      ~ ".input_tokens || '/' || " ~ span ~ ".output_tokens"
    ) }}
  end
{%- endmacro %}

{# Dialects of coding agents, whose usage comes as spans, as logs or as metrics: those of `transforms.dialects` that read
   log events. #}
{% macro agent_dialects() -%}
  ('claude_code', 'codex_cli', 'gemini_cli')
{%- endmacro %}

{# What belongs to one session of a coding agent. #}
{% macro session_key(span) -%}
  case when {{ session_of(span) }} is not null and {{ span }}.dialect in {{ agent_dialects() }}
    then {{ narrow_key("'session/' || " ~ span ~ ".organization || '/' || " ~ session_of(span)) }}
  end
{%- endmacro %}

{# The session a span names itself, or its resource. #}
{% macro session_of(span) -%}
  coalesce({{ span }}.session_id, {{ span }}.resource_session_id)
{%- endmacro %}

{# A coding agent's counter that names no session, and a request that was under way while it counted, of the same person
   where both name one. #}
{% macro is_beside_counter(counter, request) -%}
  {{ counter }}.signal = 'metric' and {{ request }}.signal != 'metric' and {{ request }}.role = 'request'
    and {{ session_of(counter) }} is null
    and {{ counter }}.organization = {{ request }}.organization
    and {{ counter }}.dialect = {{ request }}.dialect and {{ counter }}.dialect in {{ agent_dialects() }}
    and {{ request }}.start_ns <= {{ counter }}.end_ns and {{ request }}.end_ns >= {{ counter }}.start_ns
    and coalesce({{ counter }}.user_id = {{ request }}.user_id, true)
{%- endmacro %}

{# One row per call of a trace (`group_id`) with what its sightings there say together. #}
{% macro group_figures(groups, candidates) -%}
  select
    groups.organization,
    groups.trace_id,
    groups.group_id,
    max(candidates.service_name) as service_name,
    list_sort(list(distinct candidates.scope_name)) as scopes,
    max(candidates.response_id) as response_id,
    max(candidates.request_model) as request_model,
    max(candidates.response_model) as response_model,
    max(candidates.input_tokens) as input_tokens,
    max(candidates.output_tokens) as output_tokens,
    coalesce(max(candidates.cached_input_tokens), 0) as cached_input_tokens,
    coalesce(max(candidates.cache_write_tokens), 0) as cache_write_tokens,
    min(candidates.session_key) as session_key,
    coalesce(bool_and(candidates.signal = 'log'), false) as is_log,
    min(candidates.start_ns) as start_ns
  from {{ groups }} as groups
  inner join {{ candidates }} as candidates using (organization, trace_id, span_id)
  group by groups.organization, groups.trace_id, groups.group_id
{%- endmacro %}
