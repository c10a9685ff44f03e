{# Schemas are called as configured, without dbt's target prefix: `main`, `staging`, `intermediate`, `history`. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
  {{ custom_schema_name or target.schema }}
{%- endmacro %}

{# Spark has one catalog: what DuckDB keeps in `scratch` lies beside the rest. #}
{% macro generate_database_name(custom_database_name=none, node=none) -%}
  {%- do return(adapter.dispatch('database_name')(custom_database_name)) -%}
{%- endmacro %}

{% macro duckdb__database_name(custom_database_name) -%}
  {%- do return(custom_database_name or target.database) -%}
{%- endmacro %}

{% macro spark__database_name(custom_database_name) -%}
  {%- do return(none) -%}
{%- endmacro %}
