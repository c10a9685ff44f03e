{#
  History: facts too large to copy into every build.

  A model with `materialized='history'` yields only the rows of what this build recomputed. Its rows live in immutable
  Parquet files, one folder a date, shared by builds; `meta.history_files` names exactly the files of this build, and
  `meta.history_removed` the keys whose rows in a file a later build replaced. The materialization
    1. computes the model's SQL,
    2. finds the old rows that the new ones replace: those of the touched keys,
    3. writes the new rows to a new file a date, together with those of the date's files that are not much larger, so
       that a date keeps few files, each at least twice the next, and a build's cost follows what is new,
    4. puts a view with the model's name over the files of all dates.
  Config: `replace_key` (a column), `touched` (a relation with that column: the keys this build recomputed),
  `date_column`. Reading `history('model')` inside a model gives the rows as the previous build left them;
  `history_of('model', key, keys)` those with one of the keys, and opens no file without one.
#}

{% macro history(model_name) -%}
  {{ adapter.dispatch('history')(model_name) }}
{%- endmacro %}

{% macro duckdb__history(model_name) -%}
  {{ target.database }}.history.{{ model_name }}
{%- endmacro %}

{# `keys` is a query for a column of keys. A query of its own first finds the files by that column alone. #}
{% macro history_of(model_name, key, keys) -%}
  {{ adapter.dispatch('history_of')(model_name, key, keys) }}
{%- endmacro %}

{% macro duckdb__history_of(model_name, key, keys) -%}
  {%- if execute and model.resource_type == 'model' and flags.WHICH in ['build', 'run'] -%}
    {%- set node = (graph.nodes.values() | selectattr('name', 'equalto', model_name) | list)[0] -%}
    {%- set found = run_query(
      'select distinct filename from ' ~ history(model_name ~ '__files') ~ ' where ' ~ key ~ ' in (' ~ keys ~ ')'
    ).columns[0].values() -%}
    ({{ rows_of_files(node, found, target.database ~ '.history.removed', holed_files('history.removed')) }})
  {%- else -%}
    {{ history(model_name) }}
  {%- endif -%}
{%- endmacro %}

{# Views over the previous build's files for each history model: its rows, typed and empty where there are none, and all
   that its files hold beside their names. #}
{% macro open_history() %}
  {{ adapter.dispatch('open_history')() }}
{% endmacro %}

{% macro duckdb__open_history() %}
  {% if execute and flags.WHICH in ['build', 'run'] and not env_var('DBT_SPANLEDGER_COMPUTED', '') %}
    {% do run_query('create schema if not exists history; create or replace table history.removed as from meta.history_removed') %}
    {% set files, holed = files_by_model(), holed_files('history.removed') %}
    {% set views = [] %}
    {% for node in graph.nodes.values() if node.resource_type == 'model' and node.config.materialized == 'history' %}
      {% set paths = files.get(node.name, []) %}
      {% do views.append('create or replace view history.' ~ node.name ~ ' as ' ~ rows_of_files(node, paths, 'history.removed', holed)) %}
      {% do views.append('create or replace view history.' ~ node.name ~ '__files as ' ~ files_select(node.columns, paths, ['filename'])) %}
    {% endfor %}
    {% do run_query(views | join(';\n')) %}
  {% endif %}
  select 1
{% endmacro %}

{# The paths that `meta.history_files` names, by model. #}
{% macro files_by_model() %}
  {%- set found = {} -%}
  {%- for row in bookkept('select model, path from meta.history_files order by model, date, path') -%}
    {%- do found.setdefault(row[0], []).append(row[1]) -%}
  {%- endfor -%}
  {{ return(found) }}
{% endmacro %}

{# The files with replaced rows, as `removed`, a table like `meta.history_removed`, says. #}
{% macro holed_files(removed) %}
  {{ return(run_query('select distinct path from ' ~ removed).columns[0].values()) }}
{% endmacro %}

{# The rows of a statement on the tables of `meta` that say which files hold what. #}
{% macro bookkept(sql) %}
  {{ return(adapter.dispatch('bookkept')(sql)) }}
{% endmacro %}

{% macro duckdb__bookkept(sql) %}
  {{ return(run_query(sql).rows) }}
{% endmacro %}

{# `select` over the rows of ``paths`` that nothing replaced; ``holed`` are the files in which something did. #}
{% macro rows_of_files(node, paths, removed, holed) %}
  {{ files_select(node.columns, paths | reject('in', holed) | list) }}
  {%- set rest = paths | select('in', holed) | list -%}
  {%- if rest | length > 0 %}
    union all
    select {{ column_names(node.columns) }}
    from ({{ files_select(node.columns, rest, ['filename']) }}) as files
    where not exists (
      select 1 from {{ removed }} as removed
      where removed.path = files.filename and removed.key = files.{{ node.config.replace_key }}
    )
  {%- endif -%}
{% endmacro %}

{# `select` over everything in ``paths``; typed and empty where there are none. #}
{% macro files_select(columns, paths, more=[]) %}
  {%- if paths | length > 0 -%}
    select {{ column_names(columns, more) }}
    from read_parquet([{% for path in paths %}'{{ path }}'{{ ", " if not loop.last }}{% endfor %}], hive_partitioning = false, filename = true)
  {%- else -%}
    select {% for c in columns.values() %}cast(null as {{ c.data_type }}) as {{ c.name }}{{ ", " if not loop.last }}{% endfor %}
    {%- for name in more %}, cast(null as varchar) as {{ name }}{% endfor %}
    where false
  {%- endif -%}
{% endmacro %}

{% macro column_names(columns, more=[]) -%}
  {{ (columns.values() | map(attribute='name') | list + more) | join(', ') }}
{%- endmacro %}

{% materialization history, adapter='duckdb' %}
  {%- set name = model.name -%}
  {%- set key = config.require('replace_key') -%}
  {%- set touched = config.require('touched') -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set files = files_by_model() -%}
  {%- set old = files.get(name, []) -%}
  {{ run_hooks(pre_hooks) }}

  {%- if env_var('DBT_SPANLEDGER_COMPUTED', '') %}
  {% call statement('main') -%} select 1 {%- endcall %}
  {%- else %}
  {% do check_contract(sql) %}
  {%- set rows = typed(sql) -%}
  {%- if old | length == 0 %}
  {% do write_history(model, rows, []) %}
  {% call statement('main') -%} select 1 {%- endcall %}
  {%- else %}
  {%- set fresh = '"' ~ name ~ '__fresh"' -%}
  {% call statement('main') -%}
    create or replace temp table {{ fresh }} as {{ rows }}
  {%- endcall %}
  {%- do book_removed(name, '(' ~ replaced_rows(name, key, touched) ~ ')') -%}
  {%- set merged = run_query(files_to_merge(name, fresh)).columns[0].values() -%}
  {% do write_history(model, 'select * from ' ~ fresh, merged) %}
  {% call statement('drop') -%} drop table {{ fresh }} {%- endcall %}
  {%- endif %}
  {%- endif %}

  {% call statement('view') -%}
    create or replace view {{ target_relation }} as
    {{ rows_of_files(model, files_by_model().get(name, []), 'meta.history_removed', holed_files('meta.history_removed')) }};
    {{ comments(target_relation) }}
  {%- endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# `select` of which old files of ``name`` hold how many live rows of the keys in ``touched``: path, key and rows. #}
{% macro replaced_rows(name, key, touched) -%}
  select filename as path, {{ key }} as key, count(*) as rows
  from {{ history(name ~ '__files') }} as files
  where
    {{ key }} in (select {{ key }} from {{ touched }})
    and not exists (
      select 1 from history.removed as removed
      where removed.path = files.filename and removed.key = files.{{ key }}
    )
  group by filename, {{ key }}
{%- endmacro %}

{# Say in the tables of `meta` which keys have rows in which old files that are replaced: ``replaced``, path, key and rows. #}
{% macro book_removed(name, replaced) %}
  {%- do bookkept("insert into meta.history_removed select '" ~ name ~ "', path, key, rows, true from " ~ replaced) -%}
  {%- set touched -%}
    insert into meta.touched_dates
    select distinct '{{ name }}', files.date
    from meta.history_removed as removed
    inner join meta.history_files as files on removed.path = files.path
    where removed.model = '{{ name }}' and removed.is_new
  {%- endset -%}
  {%- do bookkept(touched) -%}
{% endmacro %}

{# Old files that are written again with the new rows: the smaller ones of their date, up to the largest that holds no more
   than twice what comes together below it, and those of which a quarter was replaced. #}
{% macro files_to_merge(name, fresh) %}
  with removed as (
    select path, sum(rows) as rows from meta.history_removed
    where model = '{{ name }}'
    group by path
  ),

  old as (
    select files.date, files.path, files.rows - coalesce(removed.rows, 0) as live, coalesce(removed.rows, 0) as gone
    from meta.history_files as files
    left join removed on files.path = removed.path
    where files.model = '{{ name }}'
  ),

  below as (
    select
      old.*,
      coalesce(fresh.rows, 0)
      + coalesce(sum(live) over (partition by old.date order by live, path rows between unbounded preceding and 1 preceding), 0)
        as smaller
    from old
    left join (select {{ config.require('date_column') }} as date, count(*) as rows from {{ fresh }} group by all) as fresh
      on old.date = fresh.date
    where old.date in (
      select {{ config.require('date_column') }} from {{ fresh }}
      union
      select date from meta.touched_dates where model = '{{ name }}'
    )
  )

  select path from below
  qualify live <= coalesce(max(live) filter (where live <= 2 * smaller) over (partition by date), -1) or gone * 4 >= live
{% endmacro %}

{# Write ``rows``, a query, and what is left of ``merged`` files by date, and say so in the tables of `meta`. #}
{% macro write_history(model, rows, merged) %}
  {%- set name = model.name -%}
  {%- set date_column = config.require('date_column') -%}
  {%- set build_id = run_query('select build_id from meta.build').columns[0].values()[0] -%}
  {%- set written -%}
    copy (
      select * from ({{ rows }}) as fresh
      where {{ date_column }} is not null
      {%- if merged | length > 0 %}
      union all
      {{ rows_of_files(model, merged, 'meta.history_removed', holed_files('meta.history_removed')) }}
      {%- endif %}
    ) to '{{ env_var('DBT_SPANLEDGER_FACTS') }}/{{ name }}' (
      format parquet, compression zstd, compression_level 1, partition_by ({{ date_column }}), write_partition_columns true,
      filename_pattern '{{ build_id }}_{i}', overwrite_or_ignore true, return_stats true
    )
  {%- endset -%}
  {%- set files = [] -%}
  {%- for row in run_query(written).rows -%}
    {%- do files.append((modules.re.search(date_column ~ '=([0-9-]+)', row[0]).group(1), row[0], row[1])) -%}
  {%- endfor -%}
  {%- do book_history(name, files, merged) -%}
{% endmacro %}

{# Say in the tables of `meta` that ``files``, (date, path, rows) of each, were written, in the place of ``merged``. #}
{% macro book_history(name, files, merged) %}
  {%- if files | length > 0 -%}
    {%- set values -%}
      {%- for date, path, rows in files -%}
      ('{{ name }}', date '{{ date }}', '{{ path }}', {{ rows }}){{ ", " if not loop.last }}
      {%- endfor -%}
    {%- endset -%}
    {%- do bookkept('insert into meta.history_files values ' ~ values) -%}
    {%- do bookkept(
      "insert into meta.touched_dates select distinct '" ~ name ~ "', date from (values " ~ values ~ ") as written (model, date, path, rows)"
      ~ " where date not in (select date from meta.touched_dates where model = '" ~ name ~ "')"
    ) -%}
  {%- endif -%}
  {%- if merged | length > 0 -%}
    {%- for table in ['meta.history_files', 'meta.history_removed'] -%}
      {%- do bookkept('delete from ' ~ table ~ " where path in ('" ~ merged | join("', '") ~ "')") -%}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}
