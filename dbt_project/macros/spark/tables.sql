{#
  The materializations on Spark: rows lie in folders of Parquet files, for this build alone; the warehouse takes over what
  readers see (`computed` in ../tables.sql). Queries are DuckDB's SQL, which the adapter translates; comments, contracts and
  macros for readers are the warehouse's.
#}
{% materialization table, adapter='spark' %}
  {{ run_hooks(pre_hooks) }}
  {{ return({'relations': [on_spark(typed(in_steps(sql)))]}) }}
{% endmaterialization %}

{% materialization daily, adapter='spark' %}
  {{ run_hooks(pre_hooks) }}
  {{ return({'relations': [on_spark(with_other_dates(in_steps(sql)))]}) }}
{% endmaterialization %}

{% materialization working, adapter='spark' %}
  {{ return({'relations': [on_spark(in_steps(sql))]}) }}
{% endmaterialization %}

{% materialization view, adapter='spark' %}
  {% call statement('main') -%} create view {{ this }} as {{ adapter.translated(sql) }} {%- endcall %}
  {{ return({'relations': [this.incorporate(type='view')]}) }}
{% endmaterialization %}

{% materialization passing, adapter='spark' %}
  {% call statement('main') -%} create view {{ this }} as {{ adapter.translated(sql) }} {%- endcall %}
  {{ return({'relations': [this.incorporate(type='view')]}) }}
{% endmaterialization %}

{# The model's table of the rows of a query. #}
{% macro on_spark(sql) %}
  {% call statement('main') -%} {{ kept_rows(this.schema ~ '.' ~ this.name, sql) }} {%- endcall %}
  {{ return(this.incorporate(type='table')) }}
{% endmacro %}

{# The query ``sql``; what it reads too often is kept first, in tables that go with the build. #}
{% macro in_steps(sql) -%}
  {%- set parts = adapter.steps(sql, 'work.' ~ model.name ~ '__') -%}
  {%- for name, query in parts[:-1] -%}
    {%- do run_query(kept_rows(name, query)) -%}
  {%- endfor -%}
  {{ return(parts[-1][1]) }}
{%- endmacro %}

{# `kept_rows`: in its folder. #}
{% macro spark__kept_rows(name, sql, partitions='') -%}
  create table {{ name }} using parquet {{ partitions }} location '{{ adapter.folder_of(name) }}' as {{ adapter.translated(sql) }}
{%- endmacro %}

{% macro spark__reported_before() -%}
  {%- if run_query("show tables in previous like '" ~ model.name ~ "'").rows | length -%} previous.{{ model.name }} {%- endif -%}
{%- endmacro %}

{% macro spark__step_schema() -%} work {%- endmacro %}
