{# A span that names a step of its run: a chain, task or step container. An agent is not a step, nor is the root:
   the root is the run itself. #}
{% macro is_step_span(span) -%}
  (coalesce({{ span }}.role, 'other') = 'container' and coalesce({{ span }}.operation, 'chain') in ('chain', 'task', 'step'))
{%- endmacro %}

{# A span that stands for an agent at work: the loop that calls and tools below it belong to, up to the next agent. #}
{% macro is_agent_span(span) -%}
  (coalesce({{ span }}.role, 'other') in ('tool', 'container') and coalesce({{ span }}.operation, '') = 'agent')
{%- endmacro %}

{# A span that may be a billed call: one its dialect classes as a provider request, or any that carries usage or cost. A
   reported evaluation is no work of its own; what it repeats of the call it judges is no second call. #}
{% macro is_candidate(span) -%}
  (
    coalesce({{ span }}.role, 'other') != 'evaluation'
    and (
      coalesce({{ span }}.role, 'other') = 'request' or coalesce({{ span }}.usage_fields, 0) > 0
      or {{ span }}.reported_cost_usd is not null
    )
  )
{%- endmacro %}

{% macro is_request(span) -%}
  (coalesce({{ span }}.role, 'other') = 'request'
    or ({{ is_candidate(span) }} and coalesce({{ span }}.role, 'other') in ('other', 'evaluator')))
{%- endmacro %}

{# An attempt tag on a request or a step numbers that; on the root, named after a step or not, its run. #}
{% macro may_number_its_run() -%}
  (not coalesce(is_request, false) and (step_span is distinct from span_id or parent_span_id is null))
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

{# Times of a span within another of its trace, by the senders' own clocks: what arrival dates instead of an impossible
   clock says nothing of order. Where one of two clocks is impossible, time is no evidence against. #}
{% macro fits_within(inside, outside) -%}
  (
    {{ inside }}.has_trustworthy_clock is distinct from {{ outside }}.has_trustworthy_clock
    or coalesce({{ inside }}.start_ns >= {{ outside }}.start_ns, true)
    and coalesce({{ inside }}.end_ns <= {{ outside }}.end_ns, true)
  )
{%- endmacro %}

{# One lies within the other in time, by the senders' clocks; of two with the same times the smaller trace id is outside. #}
{% macro lies_within(inside, outside) -%}
  (
    {{ inside }}.start_ns >= {{ outside }}.start_ns
    and {{ inside }}.end_ns <= {{ outside }}.end_ns
    and (
      {{ inside }}.start_ns > {{ outside }}.start_ns or {{ inside }}.end_ns < {{ outside }}.end_ns
      or {{ inside }}.trace_id > {{ outside }}.trace_id
    )
  )
{%- endmacro %}
