{#
  Daily reports: small tables with a date in their key. The model's SQL computes the touched dates only
  (`where date in (touched_dates('fct_calls'))`); the other dates are carried over from the previous build.
  Config: `date_column`, `touched_by`: the history models whose touched dates it follows.
#}
{% macro touched_dates() -%}
  select date from meta.touched_dates where model in ('{{ varargs | join("', '") }}') and {{ is_kept('date') }}
{%- endmacro %}

{# The same with closed days, of which traces, runs and tasks may be left that went on afterwards. #}
{% macro written_dates() -%}
  select date from meta.touched_dates where model in ('{{ varargs | join("', '") }}')
{%- endmacro %}

{# The first and the last of the dates that the statement ``dates`` gives, as literals; where it gives none, of no day. #}
{% macro dates_between(dates) -%}
  {%- set no_day = ['9999-12-31', '0001-01-01'] -%}
  {%- set found = run_query('select min(date), max(date) from (' ~ dates ~ ')').rows[0] if execute else no_day -%}
  {{ return(["date '" ~ (found[0] or no_day[0]) ~ "'", "date '" ~ (found[1] or no_day[1]) ~ "'"]) }}
{%- endmacro %}

{# Dates that readers may find other than in the build they see: those of the steps before this one, too. #}
{% macro changed_dates(model_name) -%}
  {{ touched_dates(model_name) }} union all
  select date from {{ source('meta', 'stepped_dates') }} where model = '{{ model_name }}' and {{ is_kept('date') }}
{%- endmacro %}

{% materialization daily, adapter='duckdb' %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {{ run_hooks(pre_hooks) }}
  {% if not env_var('DBT_SPANLEDGER_COMPUTED', '') %}{% do check_contract(sql) %}{% endif %}
  {% call statement('main') -%}
    create table {{ target_relation }} as
    {% if env_var('DBT_SPANLEDGER_COMPUTED', '') %} {{ typed(computed(sql)) }} {% else %} {{ with_other_dates(sql) }} {% endif %};
    {{ comments(target_relation) }}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# `select` over the rows of ``sql``, those that the previous build has of dates that this one did not touch, and those of
   closed days. #}
{% macro with_other_dates(sql) -%}
  {%- set date = config.get('date_column', 'date') -%}
  {{ typed(sql) }}
  {%- if calls_from() %} where {{ is_kept(date) }} {%- endif %}
  {{ closed_rows() }}
  {%- set previous = reported_before() | trim %}
  {%- if previous %}
  union all
  select {% for c in model.columns.values() %}{{ quoted(c) }}{{ ", " if not loop.last }}{% endfor %}
  from {{ previous }}
  where
    {{ is_kept(date) }}
    and {{ date }} not in (
      {{ touched_dates(*config.require('touched_by')) }}
    )
  {%- endif %}
{%- endmacro %}

{# The previous build's table of this model; nothing where it has none. #}
{% macro reported_before() -%}
  {{ adapter.dispatch('reported_before')() }}
{%- endmacro %}

{% macro duckdb__reported_before() -%}
  {%- set known = run_query(
    "select count(*) from information_schema.tables where table_catalog = 'previous' and table_schema = '" ~ this.schema ~ "' and table_name = '"
    ~ model.name ~ "'").columns[0].values()[0] -%}
  {%- if known -%} previous.{{ this.schema }}.{{ model.name }} {%- endif -%}
{%- endmacro %}
