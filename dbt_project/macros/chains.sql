{# Requests whose answer no better model could give: nothing tries a cheaper one first. #}
{% macro operations_that_generate_nothing() -%}
  ('embeddings', 'rerank', 'moderation')
{%- endmacro %}

{# What tells the loops of a run apart: the agent's span, else the step. #}
{% macro loop_key(trace_id, agent_span_id, step) -%}
  case when {{ agent_span_id }} is not null then {{ trace_id }} || '/' || {{ agent_span_id }} else 'step ' || {{ step }} end
{%- endmacro %}
