{# Spark's recursion keeps what it found before, and goes in circles: here it is a statement a step, until nothing is new. #}
{% macro spark__reached_from(seeds, links) -%}
  {%- if not execute -%} reached as ({{ seeds }}) {%- else -%}
  {%- set most_steps = 1000 -%}
  {%- do run_query(kept_rows('work.trace_links', links)) -%}
  {%- do run_query(kept_rows('work.reached_0', 'select distinct trace_key from (' ~ seeds ~ ') as seeds')) -%}
  {%- set step = namespace(last=0, count=rows_in('work.reached_0'), is_done=false) -%}
  {%- for number in range(1, most_steps + 1) if not step.is_done -%}
    {%- set before, after = 'work.reached_' ~ (number - 1), 'work.reached_' ~ number -%}
    {%- do run_query(kept_rows(after, 'select trace_key from ' ~ before ~ ' union ' ~ next_reached(before, 'work.trace_links'))) -%}
    {%- set count = rows_in(after) -%}
    {%- if count == step.count -%}{%- set step.is_done = true -%}{%- endif -%}
    {%- set step.last, step.count = number, count -%}
  {%- endfor -%}
  {%- if not step.is_done -%}
    {%- do exceptions.raise_compiler_error('after ' ~ most_steps ~ ' steps there were still new traces, ' ~ step.count ~ ' in all') -%}
  {%- endif -%}
  reached as (select trace_key from work.reached_{{ step.last }})
  {%- endif -%}
{%- endmacro %}

{% macro rows_in(name) -%}
  {{ return(run_query('select count(*) from ' ~ name).columns[0].values()[0] | int) }}
{%- endmacro %}
