{#
  Daily reports: small tables with a date in their key. The model's SQL computes the touched dates only
  (`where date in (touched_dates('fct_calls'))`); the other dates are carried over from the previous build.
  Config: `date_column`, `touched_by`: the history models whose touched dates it follows.
#}
{% macro touched_dates() -%}
  select date from meta.touched_dates where model in ('{{ varargs | join("', '") }}')
{%- endmacro %}

{# Dates that readers may find other than in the build they see: those of the steps before this one, too. #}
{% macro changed_dates(model_name) -%}
  {{ touched_dates(model_name) }} union all
  select date from {{ source('meta', 'stepped_dates') }} where model = '{{ model_name }}'
{%- endmacro %}

{% materialization daily, adapter='duckdb' %}
  {%- set date_column = config.get('date_column', 'date') -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set columns = model.columns.values() -%}
  {%- set known = run_query(
    "select count(*) from information_schema.tables where table_catalog = 'previous' and table_schema = '" ~ this.schema ~ "' and table_name = '"
    ~ model.name ~ "'").columns[0].values()[0] -%}
  {{ run_hooks(pre_hooks) }}
  {% do check_contract(sql) %}
  {% call statement('main') -%}
    create table {{ target_relation }} as
    {{ typed(sql) }}
    {% if known %}
    union all by name
    select {% for c in columns %}{{ quoted(c) }}{{ ", " if not loop.last }}{% endfor %}
    from previous.{{ this.schema }}.{{ model.name }}
    where {{ date_column }} not in (
      {{ touched_dates(*config.require('touched_by')) }}
    )
    {% endif %};
    {{ comments(target_relation) }}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
