{#
  Tables and views of the warehouse: in the place of dbt's own materializations, which make room for what was there before.
  A build's file begins empty, so nothing is looked up, renamed or dropped; columns come in the contract's order, with its
  types; comments go with the statement.
#}
{% materialization table, adapter='duckdb' %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {% if not env_var('DBT_SPANLEDGER_COMPUTED', '') %}{% do check_contract(sql) %}{% endif %}
  {{ run_hooks(pre_hooks) }}
  {% call statement('main') -%}
    create table {{ target_relation }} as
    {{ typed(computed(sql)) }};
    {{ comments(target_relation) }}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
  {%- set target_relation = this.incorporate(type='view') -%}
  {% do check_contract(sql) %}
  {{ run_hooks(pre_hooks) }}
  {% call statement('main') -%}
    create view {{ target_relation }} as (
      {{ sql }}
    );
    {{ comments(target_relation) }}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# The query ``sql``; or one for the rows that another engine computed of it. #}
{% macro computed(sql) -%}
  {%- set folder = env_var('DBT_SPANLEDGER_COMPUTED', '') -%}
  {%- if folder -%} from read_parquet('{{ folder }}/{{ this.schema }}.{{ this.name }}/*.parquet') {%- else -%} {{ sql }} {%- endif -%}
{%- endmacro %}

{# `select` over the rows of the query ``sql`` with the contract's columns and types. #}
{% macro typed(sql) -%}
    select
      {%- for c in model.columns.values() %}
      cast({{ quoted(c) }} as {{ c.data_type }}) as {{ quoted(c) }}{{ "," if not loop.last }}
      {%- endfor %}
    from ({{ sql }}) as recomputed
{%- endmacro %}

{# Fails where the model's columns are not those of its contract. The builder asks for it once for each version of the
   models: a second build of the same ones can find nothing new. #}
{% macro check_contract(sql) -%}
  {%- if env_var('DBT_SPANLEDGER_CHECK_CONTRACTS', 'yes') == 'yes' -%}
    {%- do get_assert_columns_equivalent(sql) -%}
  {%- endif -%}
{%- endmacro %}

{# Statements that put the model's and its columns' descriptions, where it has some, on what was made. #}
{% macro comments(relation) -%}
  {%- if config.persist_relation_docs() and model.description %}
    {{ duckdb__alter_relation_comment(relation, model.description) }}
  {%- endif %}
  {%- if config.persist_column_docs() %}
    {%- for c in model.columns.values() if c.description %}
    comment on column {{ relation }}.{{ quoted(c) }} is {{ duckdb_escape_comment(c.description) }};
    {%- endfor %}
  {%- endif %}
{%- endmacro %}

{# A column's name as DuckDB's SQL wants it, from which other engines' is translated. #}
{% macro quoted(column) -%}
  {{ '"' ~ column.name ~ '"' if column.quote else column.name }}
{%- endmacro %}
