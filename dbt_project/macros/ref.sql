{# Relations without the database's name, so that a published warehouse can be attached under any name. What lives in
   the scratch database keeps it: nothing published refers to that. #}
{% macro ref() %}
  {% set relation = builtins.ref(*varargs, **kwargs) %}
  {% do return(relation.include(database=(relation.database == 'scratch'))) %}
{% endmacro %}

{% macro source() %}
  {% do return(builtins.source(*varargs).include(database=false)) %}
{% endmacro %}
