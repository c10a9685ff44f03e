{#
  `reached`: the traces of the query `seeds`, and those that one of them leads to by sighting keys, however far. A common
  table that `with` goes before. It takes statements of its own, a step at a time: the spans of the traces that are new, then
  the traces with a span that shares a key with one of these. So history is asked by keys and times, not read as a whole.
#}
{% macro reached_from(seeds) -%}
  {%- if not execute or flags.WHICH not in ['build', 'run'] -%} reached as ({{ seeds }}) {%- else -%}
  {%- set most_steps = 1000 -%}
  {%- set step = namespace(reached=step_table('reached_traces', 0), news=step_table('reached_traces', 0), is_done=false) -%}
  {%- do run_query(kept_rows(step.reached, 'select distinct trace_key from (' ~ seeds ~ ') as seeds')) -%}
  {%- for number in range(1, most_steps + 1) if not step.is_done -%}
    {%- set mine, news = step_table('trace_links', number), step_table('new_traces', number) -%}
    {%- do run_query(kept_rows(mine, links_of_traces(step.news))) -%}
    {%- do run_query(kept_rows(news, next_reached(step.reached, mine))) -%}
    {%- if rows_in(news) == 0 -%}
      {%- set step.is_done = true -%}
    {%- else -%}
      {%- set before, step.reached, step.news = step.reached, step_table('reached_traces', number), news -%}
      {%- do run_query(kept_rows(step.reached, 'select * from ' ~ before ~ ' union all select * from ' ~ news)) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if not step.is_done -%}
    {%- do exceptions.raise_compiler_error('after ' ~ most_steps ~ ' steps there were still new traces, ' ~ rows_in(step.reached) ~ ' in all') -%}
  {%- endif -%}
  reached as (select trace_key from {{ step.reached }})
  {%- endif -%}
{%- endmacro %}

{% macro step_table(name, number) -%}
  {{ adapter.dispatch('step_schema')() | trim }}.{{ name }}_{{ number }}
{%- endmacro %}

{% macro duckdb__step_schema() -%} scratch.intermediate {%- endmacro %}

{# Statement: the table ``name`` of the rows of a query, for this build alone. #}
{% macro kept_rows(name, sql, partitions='') -%}
  {{ adapter.dispatch('kept_rows')(name, sql, partitions) }}
{%- endmacro %}

{% macro duckdb__kept_rows(name, sql, partitions='') -%}
  create table {{ name }} as {{ sql }}
{%- endmacro %}

{% macro rows_in(name) -%}
  {{ return(run_query('select count(*) from ' ~ name).columns[0].values()[0] | int) }}
{%- endmacro %}

{# Links of all spans, new and old, of the traces in ``traces``. #}
{% macro links_of_traces(traces) -%}
  {%- set found = 'select trace_key from ' ~ traces -%}
  {%- set news = '(select * from ' ~ ref('stg_spans') ~ ' where trace_key in (' ~ found ~ ')) as spans' -%}
  {%- set old = '(select * from ' ~ history_of('int_spans', 'trace_key', found) ~ ' as old where trace_key in (' ~ found ~ ')) as spans' -%}
  {{ trace_links(news) }}
  union all
  {{ trace_links(old) }}
{%- endmacro %}

{# Traces not in ``reached`` that share a key with one of the links ``mine``. #}
{% macro next_reached(reached, mine) -%}
  {%- set seen = run_query(
    'select min(start_ns), max(end_ns) from ' ~ mine ~ ' where not is_session'
  ).rows[0] -%}
  select distinct other.trace_key
  from {{ mine }} as mine
  inner join (
    {{ trace_links(ref('stg_spans'), mine, seen) }}
    union all
    {{ trace_links(history('int_spans'), mine, seen) }}
  ) as other
    on mine.sighting_key = other.sighting_key
    and mine.trace_key != other.trace_key
    and coalesce(mine.scope_name != other.scope_name, true)
    and (
      mine.is_session and other.is_session
      or mine.start_ns <= other.start_ns and mine.end_ns >= other.end_ns
      or mine.start_ns >= other.start_ns and mine.end_ns <= other.end_ns
    )
  where other.trace_key not in (select trace_key from {{ reached }})
{%- endmacro %}

{#
  What ties ``spans`` to those of other traces, a row a key; those of ``mine`` alone, where that is said, and of the time
  that ``mine`` is of: from ``seen[0]`` to ``seen[1]``. An evaluation says of whatever time that it judges the response it
  names.
#}
{% macro trace_links(spans, mine='', seen=[]) -%}
  {%- set in_time -%}
    {%- if mine %} and start_ns <= {{ (seen[1] or 0) | int }} and end_ns >= {{ [(seen[0] or 0) | int, 0] | max }}{%- endif -%}
  {%- endset -%}
  select
    trace_key, response_key as sighting_key, cast(null as varchar) as scope_name, start_ns, end_ns, false as is_session
  from {{ spans }}
  where response_key is not null and role is distinct from 'evaluation' {{ of_mine('response_key', mine) }} {{ in_time }}
  union all
  select trace_key, response_key, null, 0, 9223372036854775807, false
  from {{ spans }}
  where response_key is not null and role = 'evaluation' {{ of_mine('response_key', mine) }}
  union all
  select trace_key, usage_key, coalesce(scope_name, ''), start_ns, end_ns, false
  from {{ spans }}
  where usage_key is not null {{ of_mine('usage_key', mine) }} {{ in_time }}
  union all
  select distinct trace_key, session_key, null, cast(null as bigint), cast(null as bigint), true
  from {{ spans }}
  where session_key is not null {{ of_mine('session_key', mine) }}
{%- endmacro %}

{% macro of_mine(key, mine) -%}
  {%- if mine %} and {{ key }} in (select sighting_key from {{ mine }}){%- endif -%}
{%- endmacro %}
