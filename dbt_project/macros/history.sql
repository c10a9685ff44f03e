{#
  History: facts too large to copy into every build.

  A model with `materialized='history'` yields only the rows of what this build recomputed. Its rows live in immutable
  Parquet files, one folder a date, shared by builds; `meta.history_files` names exactly the files of this build.
  The materialization
    1. computes the model's SQL,
    2. finds the touched dates: those of the new rows and those of the old rows they replace,
    3. writes each touched date again: its old rows whose `replace_key` was not touched, and the new rows,
    4. puts a view with the model's name over the files of all dates.
  Config: `replace_key` (a column), `touched` (a relation with that column: the keys this build recomputed),
  `date_column`. Reading `history('model')` inside a model gives the rows as the previous build left them.
#}

{% macro history(model_name) -%}
  {{ target.database }}.history.{{ model_name }}
{%- endmacro %}

{# A view per history model over the previous build's files; typed and empty where there are none. #}
{% macro open_history() %}
  {% if execute and flags.WHICH in ['build', 'run'] %}
    {% do run_query('create schema if not exists history') %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'history' %}
      {% do run_query('create or replace view history.' ~ node.name ~ ' as ' ~ files_select(node.name, node.columns)) %}
    {% endfor %}
  {% endif %}
  select 1
{% endmacro %}

{# `select` over the files that `meta.history_files` names for a model. #}
{% macro files_select(model_name, columns) %}
  {%- set rows = run_query("select path from meta.history_files where model = '" ~ model_name ~ "' order by date, path") -%}
  {%- set paths = rows.columns[0].values() -%}
  {%- if paths | length > 0 -%}
    select {% for c in columns.values() %}{{ c.name }}{{ ", " if not loop.last }}{% endfor %}
    from read_parquet([{% for path in paths %}'{{ path }}'{{ ", " if not loop.last }}{% endfor %}], hive_partitioning = false)
  {%- else -%}
    select {% for c in columns.values() %}cast(null as {{ c.data_type }}) as {{ c.name }}{{ ", " if not loop.last }}{% endfor %}
    where false
  {%- endif -%}
{% endmacro %}

{% materialization history, adapter='duckdb' %}
  {%- set name = model.name -%}
  {%- set key = config.require('replace_key') -%}
  {%- set date_column = config.require('date_column') -%}
  {%- set touched = config.require('touched') -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set fresh = '"' ~ name ~ '__fresh"' -%}
  {%- set folder = env_var('DBT_SPANLEDGER_FACTS') ~ '/' ~ name -%}
  {%- set build_id = run_query('select build_id from meta.build').columns[0].values()[0] -%}
  {{ run_hooks(pre_hooks) }}

  {{ get_assert_columns_equivalent(sql) }}
  {% call statement('main') -%}
    create or replace temp table {{ fresh }} as
    select
      {%- for c in model.columns.values() %}
      cast({{ c.name }} as {{ c.data_type }}) as {{ c.name }}{{ "," if not loop.last }}
      {%- endfor %}
    from ({{ sql }}) as recomputed
  {%- endcall %}

  {% call statement('dates') -%}
    insert into meta.touched_dates
    select distinct '{{ name }}', {{ date_column }} from {{ fresh }}
    union
    select distinct '{{ name }}', {{ date_column }} from history.{{ name }}
    where {{ key }} in (select {{ key }} from {{ touched }})
  {%- endcall %}

  {#- a writer per date is open while copying: a sender with a wandering clock must not exhaust memory -#}
  {%- set dates = run_query(
    "select distinct date from meta.touched_dates where model = '" ~ name ~ "' and date is not null order by date"
  ).columns[0].values() -%}
  {%- for chunk in dates | batch(200) %}
  {% call statement('write') -%}
    copy (
      select * from {{ fresh }}
      where {{ date_column }} between '{{ chunk | first }}' and '{{ chunk | last }}'
      union all
      select * from history.{{ name }}
      where {{ date_column }} in (select date from meta.touched_dates where model = '{{ name }}')
        and {{ date_column }} between '{{ chunk | first }}' and '{{ chunk | last }}'
        and {{ key }} not in (select {{ key }} from {{ touched }})
      order by {{ date_column }}, {{ key }}
    ) to '{{ folder }}' (
      format parquet, compression zstd, partition_by ({{ date_column }}), write_partition_columns true,
      filename_pattern '{{ build_id }}_{{ loop.index }}_{i}', overwrite_or_ignore true
    )
  {%- endcall %}
  {%- endfor %}

  {% call statement('files') -%}
    delete from meta.history_files
    where model = '{{ name }}' and date in (select date from meta.touched_dates where model = '{{ name }}');
    insert into meta.history_files
    select '{{ name }}', regexp_extract(file, '{{ date_column }}=([0-9-]+)', 1)::date, file
    from glob('{{ folder }}/*/{{ build_id }}_*.parquet')
  {%- endcall %}

  {% call statement('view') -%}
    create or replace view {{ target_relation }} as {{ files_select(name, model.columns) }}
  {%- endcall %}
  {% call statement('drop') -%} drop table {{ fresh }} {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {% do persist_docs(target_relation, model) %}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
