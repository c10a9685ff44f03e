{# A span that names a step of its run: a chain, task or step container. An agent is not a step, nor is the root:
   the root is the run itself. #}
{% macro is_step_span(span) -%}
  (coalesce({{ span }}.role, 'other') = 'container' and coalesce({{ span }}.operation, 'chain') in ('chain', 'task', 'step'))
{%- endmacro %}

{# A span that may be a billed call: one its dialect classes as a provider request, or any that carries usage or cost. #}
{% macro is_candidate(span) -%}
  (coalesce({{ span }}.role, 'other') = 'request' or coalesce({{ span }}.usage_fields, 0) > 0 or {{ span }}.reported_cost_usd is not null)
{%- endmacro %}

{% macro is_request(span) -%}
  (coalesce({{ span }}.role, 'other') = 'request'
    or ({{ is_candidate(span) }} and coalesce({{ span }}.role, 'other') in ('other', 'evaluator')))
{%- endmacro %}

{# The answered names are equal or one is the undated alias of the other; a span that names no model fits any. #}
{% macro undated(name) -%}
  regexp_replace(lower({{ name }}), '[-@]([0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2})$', '')
{%- endmacro %}

{% macro compatible_models(a, b) -%}
  (
    coalesce({{ a }}.response_model, {{ a }}.request_model) is null
    or coalesce({{ b }}.response_model, {{ b }}.request_model) is null
    or {{ undated(a ~ '.response_model') }} = {{ undated(b ~ '.response_model') }}
    or ({{ a }}.response_model is null or {{ b }}.response_model is null) and (
      {{ undated(a ~ '.request_model') }} in ({{ undated(b ~ '.request_model') }}, {{ undated(b ~ '.response_model') }})
      or {{ undated(b ~ '.request_model') }} = {{ undated(a ~ '.response_model') }}
    )
  )
{%- endmacro %}

{# One lies within the other in time; of two with the same times the smaller trace id is outside. #}
{% macro lies_within(inside, outside) -%}
  (
    {{ inside }}.started_ns >= {{ outside }}.started_ns
    and {{ inside }}.ended_ns <= {{ outside }}.ended_ns
    and (
      {{ inside }}.started_ns > {{ outside }}.started_ns or {{ inside }}.ended_ns < {{ outside }}.ended_ns
      or {{ inside }}.trace_id > {{ outside }}.trace_id
    )
  )
{%- endmacro %}
