{#
  Working tables: what only this build needs. They live in memory and the memory begins empty, so there is nothing to
  replace, to rename or to document, as dbt's own table would.
#}
{% materialization working, adapter='duckdb' %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {% call statement('main') -%}
    create table {{ target_relation }} as {{ sql }}
  {%- endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# What one other model reads, once: not kept, worked out where it is read. #}
{% materialization passing, adapter='duckdb' %}
  {%- set target_relation = this.incorporate(type='view') -%}
  {% call statement('main') -%}
    create view {{ target_relation }} as {{ sql }}
  {%- endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
