{# The list of attempts in the lake's JSON text, as `transforms/iterations.py` writes it. #}
{% macro attempts_of(text) -%}
  from_json({{ text }}, '[{"type": "VARCHAR", "model": "VARCHAR"
    {%- for count in billed_counts() %}, "{{ count }}": "BIGINT"{% endfor %}}]')
{%- endmacro %}

{# What all attempts count together. #}
{% macro attempts_total(count, text) -%}
  list_sum([one_attempt.{{ count }} for one_attempt in {{ attempts_of(text) }}])
{%- endmacro %}

{# The counts that are priced. #}
{% macro billed_counts() %}
  {{ return(['input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'output_tokens']) }}
{% endmacro %}

{# When another of its kind than this one (a model, a step) last started, of a row that holds the two names that started
   last and their starts. #}
{% macro last_start_of_another(row, name) -%}
  case when {{ name }} != {{ row }}.names[1] then {{ row }}.starts[1] when {{ name }} is not null then {{ row }}.starts[2] end
{%- endmacro %}
