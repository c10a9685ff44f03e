{# The results in the lake's JSON text, as `transforms/evaluations.py` writes it. #}
{% macro evaluations_of(text) -%}
  from_json({{ text }}, '[{"name": "VARCHAR", "score": "DOUBLE", "label": "VARCHAR", "at_ns": "BIGINT"}]')
{%- endmacro %}

{# Whether one of a rule's patterns matches a value; `*` matches also what has no name. #}
{% macro is_named(patterns, value) -%}
  (list_contains({{ patterns }}, '*')
    or coalesce(list_bool_or(list_transform({{ patterns }}, lambda p: {{ value }} glob p)), false))
{%- endmacro %}

{# Columns of an outcome record as it was said. #}
{% macro outcome_columns() %}
  {{ return([
    'outcome_key', 'organization', 'revision_id', 'reference_kind', 'reference', 'reference_key',
    'asked_traffic_source', 'said_outcome', 'evaluation_name', 'score', 'label', 'units', 'units_succeeded', 'channel',
    'judged_by', 'judged_at', 'reason', 'recorded_at', 'segment',
  ]) }}
{% endmacro %}

{# Ranks of those who judge: the highest wins. #}
{% macro outcome_rank(source) -%}
  case {{ source }}
    when 'human' then 5
    when 'api' then 4
    when 'file' then 4
    when 'task attribute' then 3
    when 'score rule' then 2
    when 'run error' then 1
  end
{%- endmacro %}

{# Which of the tasks of one id is meant, by traffic source: the one asked for, else the only one, else production's. #}
{% macro chosen_source(asked='cast(null as varchar)') -%}
  case
    when max({{ asked }}) is not null then max(task_traffic_source) filter (where task_traffic_source = {{ asked }})
    when count(distinct task_traffic_source) = 1 then max(task_traffic_source)
    else max(task_traffic_source) filter (where task_traffic_source = 'production')
  end
{%- endmacro %}

{# What a rule makes of a result: its label decides, else its score; null where the rule leaves it open. #}
{% macro ruled_outcome(result, rule) -%}
  case
    when list_contains({{ rule }}.success_labels, lower(trim({{ result }}.label))) then 'success'
    when list_contains({{ rule }}.failure_labels, lower(trim({{ result }}.label))) then 'failure'
    when case when {{ rule }}.lower_is_better then {{ result }}.score <= {{ rule }}.success_at
      else {{ result }}.score >= {{ rule }}.success_at end then 'success'
    when case when {{ rule }}.lower_is_better then {{ result }}.score > {{ rule }}.failure_beyond
      else {{ result }}.score < {{ rule }}.failure_beyond end then 'failure'
  end
{%- endmacro %}
