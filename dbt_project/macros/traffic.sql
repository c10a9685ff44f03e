{# The vocabulary of traffic sources; anything else is 'unknown'. #}
{% macro traffic_sources() -%} ('production', 'eval', 'replay', 'ops') {%- endmacro %}
