{# Keys by which two traces can hold sightings of one call; narrow, so that looking them up in history is cheap.
   They only say which traces to look at together; `int_trace_folds` judges. #}

{# Requests that name the same provider response. #}
{% macro response_key(span) -%}
  case when {{ span }}.response_id is not null and {{ is_candidate(span) }}
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
  case when {{ span }}.session_id is not null and {{ span }}.dialect in {{ agent_dialects() }}
    then {{ narrow_key("'session/' || " ~ span ~ ".organization || '/' || " ~ span ~ ".session_id") }}
  end
{%- endmacro %}
