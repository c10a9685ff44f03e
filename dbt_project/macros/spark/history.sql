{#
  History on Spark: the same files of the same columns as ../history.sql writes, and the same book of them in the warehouse,
  so that a build may carry on from one of the other engine. Spark reads and writes the rows; DuckDB keeps the book.
#}
{% macro spark__history(model_name) -%}
  history.{{ model_name }}
{%- endmacro %}

{# Spark prunes files by itself, with the smallest and largest key that each says it holds. #}
{% macro spark__history_of(model_name, key, keys) -%}
  history.{{ model_name }}
{%- endmacro %}

{% macro spark__bookkept(sql) %}
  {{ return(adapter.bookkeep(sql)) }}
{% endmacro %}

{% macro spark__open_history() %}
  {% if execute and flags.WHICH in ['build', 'run'] %}
    {% set files = files_by_model() %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'history' %}
      {% do spark_files('history.' ~ node.name, node, files.get(node.name, []), ['history.removed']) %}
    {% endfor %}
  {% endif %}
  select 1
{% endmacro %}

{# Make the view ``name`` of the rows of ``paths`` that none of the tables ``removed`` names; ``name``__files has all. #}
{% macro spark_files(name, node, paths, removed) %}
  {%- do adapter.open_files(name ~ '__source', node.columns.values() | list, paths) -%}
  {% call statement('files') -%}
    create or replace view {{ name }}__files as
    select
      {{ column_names(node.columns) }},
      url_decode(replace(regexp_replace(_metadata.file_path, '^file:/+', '/'), '+', '%2B')) as filename
    from {{ name }}__source
  {%- endcall %}
  {% call statement('rows') -%}
    create or replace view {{ name }} as
    select {{ column_names(node.columns) }} from {{ name }}__files as files
    where true
    {%- for table in removed %}
      and not exists (
        select 1 from {{ table }} as removed
        where removed.path = files.filename and removed.key = files.{{ node.config.replace_key }}
      )
    {%- endfor %}
  {%- endcall %}
{% endmacro %}

{% materialization history, adapter='spark' %}
  {%- set name, key, date_column = model.name, config.require('replace_key'), config.require('date_column') -%}
  {%- set touched = config.require('touched') | replace('scratch.', '') -%}
  {%- set old = files_by_model().get(name, []) -%}
  {%- set fresh, gone, merging = 'work.' ~ name ~ '__fresh', 'work.' ~ name ~ '__removed', 'work.' ~ name ~ '__merging' -%}
  {%- set merged, removed, rows_of_model = [], ['history.removed'], typed(in_steps(sql)) -%}
  {{ run_hooks(pre_hooks) }}

  {%- if old | length == 0 %}
  {% do write_history_on_spark(name, date_column, rows_of_model, []) %}
  {% call statement('main') -%} select 1 {%- endcall %}
  {%- else %}
  {% call statement('main') -%} {{ kept_rows(fresh, rows_of_model) }} {%- endcall %}
  {% call statement('removed') -%} {{ kept_rows(gone, replaced_rows(name, key, touched)) }} {%- endcall %}
  {%- do removed.append(gone) -%}
  {%- do book_removed(name, "read_parquet('" ~ adapter.folder_of(gone) ~ "/*.parquet')") -%}
  {%- for row in bookkept(files_to_merge(name, "read_parquet('" ~ adapter.folder_of(fresh) ~ "/*.parquet')")) -%}
    {%- do merged.append(row[0]) -%}
  {%- endfor -%}
  {%- set rows = 'select ' ~ column_names(model.columns) ~ ' from ' ~ fresh -%}
  {%- if merged | length > 0 -%}
    {%- do spark_files(merging, model, merged, removed) -%}
    {%- set rows = rows ~ ' where ' ~ date_column ~ ' is not null union all select ' ~ column_names(model.columns) ~ ' from ' ~ merging -%}
  {%- endif -%}
  {% do write_history_on_spark(name, date_column, rows, merged) %}
  {%- endif %}

  {% do spark_files(this.schema ~ '.' ~ name, model, files_by_model().get(name, []), removed) %}
  {% do adapter.told('meta.touched_dates', "select model, date from meta.touched_dates where model = '" ~ name ~ "'") %}
  {{ return({'relations': [this.incorporate(type='view')]}) }}
{% endmaterialization %}

{# Write the rows of a query, a file a date or several where they are many, and book them in the place of ``merged``. #}
{% macro write_history_on_spark(name, date_column, rows, merged) %}
  {%- set out = 'work.' ~ name ~ '__written' -%}
  {%- set dated -%}
    select *, cast({{ date_column }} as varchar) as written_date from ({{ rows }}) as rows_of_dates where {{ date_column }} is not null
  {%- endset -%}
  {% call statement('written') -%}
    create table {{ out }} using parquet partitioned by (written_date) location '{{ adapter.folder_of(out) }}' as
    select /*+ rebalance(written_date) */ * from ({{ adapter.translated(dated) }})
  {%- endcall %}
  {%- do book_history(name, adapter.place(name, date_column, out), merged) -%}
{% endmacro %}
