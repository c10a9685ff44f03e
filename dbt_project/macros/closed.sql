{#
  Closed days: UTC days before `calls_from`, whose calls are no longer kept (keep_calls_months). What the daily models said of
  them is in `records/closed_days` and never computed again; what is left of single calls of them (traces, runs and tasks that
  went on afterwards) is in no daily figure a second time and is not shown.
#}
{% macro calls_from() %}
  {{ return(env_var('DBT_SPANLEDGER_CALLS_FROM', '')) }}
{% endmacro %}

{# Whether calls of a day are kept. #}
{% macro is_kept(date) -%}
  {%- if calls_from() -%} {{ date }} >= date '{{ calls_from() }}' {%- else -%} true {%- endif -%}
{%- endmacro %}

{# `where`, or nothing where all days are kept: for views over history. #}
{% macro where_kept(date) -%}
  {%- if calls_from() -%} where {{ is_kept(date) }} {%- endif -%}
{%- endmacro %}

{# `select` over what this daily model said of closed days; nothing where none are. #}
{% macro closed_rows() -%}
  {%- if calls_from() -%}
  union all
  select {% for c in model.columns.values() %}{{ quoted(c) }}{{ ", " if not loop.last }}{% endfor %}
  from closed.{{ model.name }}
  {%- endif -%}
{%- endmacro %}

{# What calls cost that came for tasks of closed days after these were closed: they count on their own day, and in no sum of
   tasks, whose day is over. #}
{% macro cost_since_closing() -%}
  {%- if calls_from() -%}
  (
    select any_value(last.late_cost_usd) - any_value(last.early_cost_usd) + coalesce(sum(calls.cost_usd), 0)
    from (select * from {{ source('meta', 'closed_days') }} order by calls_from desc limit 1) as last
    left join (
      select calls.cost_usd
      from {{ ref('int_calls') }} as calls
      semi join (select * from {{ ref('int_tasks') }} where not {{ is_kept('task_date') }}) as tasks
        using (organization, task_id, task_traffic_source)
      where {{ is_kept('calls.date') }}
    ) as calls on true
  )
  {%- else -%} 0 {%- endif -%}
{%- endmacro %}
