{# What a budget's scope may name: columns of fct_calls, in the order in which a counter's key names them. The same list
   stands in `transforms/budgets/budget.py`. #}
{% macro budget_dimensions() %}
  {{ return([
    'organization', 'team', 'project', 'environment', 'service_name', 'feature', 'customer_id', 'user_id', 'workflow_id',
    'workflow_run_id', 'task_id', 'agent_name', 'model', 'traffic_source',
  ]) }}
{% endmacro %}

{# Whether a call counts against a scope: each dimension is not named, of each value, or of the call's. #}
{% macro is_in_scope(scope, call) -%}
  {%- for dimension in budget_dimensions() %}
  ({{ scope }}.{{ dimension }} is null or {{ scope }}.{{ dimension }} in ('*', coalesce({{ call }}.{{ dimension }}, '')))
  {{- " and" if not loop.last }}
  {%- endfor %}
{%- endmacro %}

{# The counter of a scope that a call counts in: `user_id=u1&model=m`, as `transforms/budgets/budget.py` writes it. #}
{% macro counter_key(scope, call) -%}
  concat_ws(
    '&',
    {%- for dimension in budget_dimensions() %}
    case when {{ scope }}.{{ dimension }} = '*' then '{{ dimension }}=' || url_encode(coalesce({{ call }}.{{ dimension }}, '')) end
    {{- "," if not loop.last }}
    {%- endfor %}
  )
{%- endmacro %}

{# Where the window begins that an instant lies in; null where the calendar does not cut. Hours are of UTC. #}
{% macro window_start(kind, time_zone, instant) -%}
  case
    when {{ kind }} = 'hour' then date_trunc('hour', {{ instant }} at time zone 'UTC') at time zone 'UTC'
    when {{ kind }} in ('day', 'week', 'month', 'quarter')
      then date_trunc({{ kind }}, {{ instant }} at time zone {{ time_zone }}) at time zone {{ time_zone }}
  end
{%- endmacro %}

{# Where the window that begins there ends. #}
{% macro window_end(kind, time_zone, start) -%}
  case {{ kind }}
    when 'hour' then {{ start }} + interval 1 hour
    {%- for kind, length in {'day': '1 day', 'week': '7 days', 'month': '1 month', 'quarter': '3 months'}.items() %}
    when '{{ kind }}' then ({{ start }} at time zone {{ time_zone }} + interval {{ length }}) at time zone {{ time_zone }}
    {%- endfor %}
  end
{%- endmacro %}

{# The quarter of an hour that an instant lies in. #}
{% macro quarter_hour(instant) -%}
  time_bucket(interval 15 minutes, {{ instant }} at time zone 'UTC') at time zone 'UTC'
{%- endmacro %}

{# How many scopes the previous build did not count. #}
{% macro new_budget_scopes() -%}
  {%- if execute and flags.WHICH in ['build', 'run'] -%}
    {{ return(run_query('select count(*) from meta.new_budget_scopes').columns[0].values()[0]) }}
  {%- endif -%}
  {{ return(0) }}
{%- endmacro %}

{# CTE: the scopes by which a window of `judged` counts its days. A counter belongs to the budget, and each day counts by the
   version that held, as `transforms/budgets/versions.py` says of each call. #}
{% macro counted_by_version(judged) -%}
counted as (
    select
        {{ judged }}.*,
        versions.scope_key as counted_key,
        coalesce(cast(lag(versions.valid_to) over of_one at time zone 'UTC' as date), date '-infinity') as counted_from,
        case
            when lead(versions.version) over of_one is null then date 'infinity'
            else cast(versions.valid_to at time zone 'UTC' as date)
        end as counted_to
    from {{ judged }}
    inner join budgets as versions
        on {{ judged }}.budget_id = versions.budget_id
        and {{ judged }}.counter_kind = versions.counter_kind
        and case
            when was_known then versions.known_at <= judged_at and coalesce(versions.withdrawn_at > judged_at, true)
            else versions.withdrawn_at is null
        end
    where judging_kind = {{ judged }}.counter_kind
    window of_one as (
        partition by {{ judged }}.budget_id, {{ judged }}.counter_kind, window_start
        order by versions.valid_from nulls first
    )
)
{%- endmacro %}

{# An amount in the budget's own unit as three columns, of which that of the unit is filled. #}
{% macro in_its_unit(amount, name) -%}
  case when unit = 'usd' then {{ amount }} end as {{ name }}_usd,
  {%- for kind in ['tokens', 'steps'] %}
  case when unit = '{{ kind }}' then cast({{ amount }} as bigint) end as {{ name }}_{{ kind }}
  {{- "," if not loop.last }}
  {%- endfor %}
{%- endmacro %}
