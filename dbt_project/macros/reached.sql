{#
  `reached`: the traces of the query `seeds`, and those that one of them leads to by the links of the query `links`, however
  far. A common table that `with` goes before.
#}
{% macro reached_from(seeds, links) -%}
  {{ return(adapter.dispatch('reached_from')(seeds, links)) }}
{%- endmacro %}

{% macro default__reached_from(seeds, links) -%}
recursive links as (
    {{ links }}
),

reached as (
    {{ seeds }}
    union
    {{ next_reached('reached', 'links') }}
)
{%- endmacro %}

{% macro next_reached(reached, links) -%}
    select other.trace_key
    from {{ reached }} as reached
    inner join {{ links }} as mine on reached.trace_key = mine.trace_key
    inner join {{ links }} as other
        on mine.sighting_key = other.sighting_key
        and mine.trace_key != other.trace_key
        and coalesce(mine.scope_name != other.scope_name, true)
        and (
            mine.is_session and other.is_session
            or mine.start_ns <= other.start_ns and mine.end_ns >= other.end_ns
            or mine.start_ns >= other.start_ns and mine.end_ns <= other.end_ns
        )
{%- endmacro %}
