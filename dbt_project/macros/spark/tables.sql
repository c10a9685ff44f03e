{#
  The materializations on Spark: rows lie in folders of Parquet files, for this build alone; the warehouse takes over what
  readers see (`computed` in ../tables.sql). Queries are DuckDB's SQL, which the adapter translates; comments, contracts and
  macros for readers are the warehouse's.
#}
{% materialization table, adapter='spark' %}
  {{ run_hooks(pre_hooks) }}
  {{ return({'relations': [on_spark(typed(sql))]}) }}
{% endmaterialization %}

{% materialization daily, adapter='spark' %}
  {{ run_hooks(pre_hooks) }}
  {{ return({'relations': [on_spark(with_other_dates(sql))]}) }}
{% endmaterialization %}

{% materialization working, adapter='spark' %}
  {{ return({'relations': [on_spark(sql)]}) }}
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

{# Statement: the table ``name`` of the rows of a query, in its folder. #}
{% macro kept_rows(name, sql, partitions='') -%}
  create table {{ name }} using parquet {{ partitions }} location '{{ adapter.folder_of(name) }}' as {{ adapter.translated(sql) }}
{%- endmacro %}

{% macro spark__reported_before() -%}
  {%- if run_query("show tables in previous like '" ~ model.name ~ "'").rows | length -%} previous.{{ model.name }} {%- endif -%}
{%- endmacro %}
