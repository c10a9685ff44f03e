{# Schemas are called as configured, without dbt's target prefix: `main`, `staging`, `intermediate`, `history`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ custom_schema_name or target.schema }}
{%- endmacro %}
