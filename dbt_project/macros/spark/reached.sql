{# Spark's recursion keeps what it found before, and goes in circles: here it is a statement a step, until nothing is new. #}
{% macro spark__reached_from(seeds, links) -%}
  {%- if not execute -%} reached as ({{ seeds }}) {%- else -%}
  {%- do run_query('cache table trace_links as ' ~ adapter.translated(links)) -%}
  {%- do run_query('cache table reached_0 as ' ~ adapter.translated('select distinct trace_key from (' ~ seeds ~ ') as seeds')) -%}
  {%- set step = namespace(last=0, count=-1, is_done=false) -%}
  {%- for number in range(1, 1000) if not step.is_done -%}
    {%- set before, after = 'reached_' ~ (number - 1), 'reached_' ~ number -%}
    {%- set found = adapter.translated('select trace_key from ' ~ before ~ ' union ' ~ next_reached(before, 'trace_links')) -%}
    {%- do run_query('cache table ' ~ after ~ ' as ' ~ found) -%}
    {%- set count = run_query('select count(*) from ' ~ after).columns[0].values()[0] | int -%}
    {%- if count == step.count -%}{%- set step.is_done = true -%}{%- endif -%}
    {%- set step.last, step.count = number, count -%}
  {%- endfor -%}
  reached as (select trace_key from reached_{{ step.last }})
  {%- endif -%}
{%- endmacro %}
