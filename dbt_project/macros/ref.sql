{# Relations without the database's name, so that a published warehouse can be attached under any name. #}
{% macro ref() %}
  {% do return(builtins.ref(*varargs, **kwargs).include(database=false)) %}
{% endmacro %}

{% macro source() %}
  {% do return(builtins.source(*varargs).include(database=false)) %}
{% endmacro %}
