{# The least power of two that is not below a count; 1 for none, null where it is unknown. #}
{% macro power_of_two(count) -%}
  case when {{ count }} is not null then cast(power(2, ceil(log2(greatest({{ count }}, 1)))) as bigint) end
{%- endmacro %}
