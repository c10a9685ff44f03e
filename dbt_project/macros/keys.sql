{# A 60-bit number from a text: narrow keys make looking up touched rows in history cheap. Equal keys of unequal
   texts only widen what is recomputed; every join on meaning uses the texts themselves. #}
{% macro narrow_key(text) -%}
  cast('0x' || left(md5({{ text }}), 15) as bigint)
{%- endmacro %}

{# A day as `narrow_key`: sums of a day are replaced together. #}
{% macro day_key(date) -%}
  {{ narrow_key('cast(' ~ date ~ ' as varchar)') }}
{%- endmacro %}

{# The moment of nanoseconds since 1970, cut to microseconds. `at time zone` would say the same and take five times as long:
   every question of calls by time asks it of every call. #}
{% macro at_utc(ns) -%}
  make_timestamptz(({{ ns }}) // 1000)
{%- endmacro %}

{% macro utc_date(ns) -%}
  cast(make_timestamp_ns({{ ns }}) as date)
{%- endmacro %}

{# A clock that can be right: it starts after the year 2000, not long after arrival, and does not end before it starts. #}
{% macro is_believable_clock(start_ns, end_ns, received_ns) -%}
  coalesce(
    {{ start_ns }} >= {{ var('earliest_start_ns') }}
    and {{ start_ns }} <= {{ received_ns }} + {{ var('clock_tolerance_ns') }}
    and coalesce({{ end_ns }} >= {{ start_ns }}, true),
    false
  )
{%- endmacro %}

{# The day that a span as it arrived is of: that of its arrival where its clock cannot be right. #}
{% macro arrived_day(start_ns, end_ns, received_ns) -%}
  {{ utc_date(
    'case when ' ~ is_believable_clock(start_ns, end_ns, received_ns) ~ ' then ' ~ start_ns ~ ' else ' ~ received_ns ~ ' end'
  ) }}
{%- endmacro %}

{# The identity of a call: organisation, trace and span of the sighting that speaks for it. #}
{% macro call_id(organization, trace_id, span_id) -%}
  md5({{ organization }} || '/' || {{ trace_id }} || '/' || {{ span_id }})
{%- endmacro %}

{# A total order of the sightings of a task: by time, then by what they say; a sighting that carries the tag first. #}
{% macro sighting_order(time) -%}
  ({{ time }}, trace_id, tagged_task_id is null, coalesce(tagged_task_id, ''), run_id)
{%- endmacro %}
