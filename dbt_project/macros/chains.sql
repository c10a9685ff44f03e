{# Requests whose answer no better model could give: nothing tries a cheaper one first. #}
{% macro operations_that_generate_nothing() -%}
  ('embeddings', 'rerank', 'moderation')
{%- endmacro %}

{# One end of Wilson's 95 % interval for a share (Wilson 1927); side is -1 or 1. Null without a trial. #}
{% macro wilson_end(side, successes, trials) -%}
  {%- set z = 1.959963984540054 -%}
  case when {{ trials }} > 0 then
    ({{ successes }} + {{ z * z / 2 }} + {{ side }} * {{ z }}
      * sqrt({{ successes }} * ({{ trials }} - {{ successes }}) / cast({{ trials }} as double) + {{ z * z / 4 }}))
    / ({{ trials }} + {{ z * z }})
  end
{%- endmacro %}

{# What tells the loops of a run apart: the agent's span, else the step. #}
{% macro loop_key(trace_id, agent_span_id, step) -%}
  case when {{ agent_span_id }} is not null then {{ trace_id }} || '/' || {{ agent_span_id }} else 'step ' || {{ step }} end
{%- endmacro %}
