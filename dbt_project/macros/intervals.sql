{#
  How sure a cost per successful task, or a share, is: the formulas of `transforms/cost_ratio.py`,
  `transforms/version_compare.py` and `transforms/shares.py` as SQL, with their reasons and sources told there. Arguments
  are SQL expressions of type double; of `wilson_end`, counts.

  Sums run over units: the tasks of one customer, else of one user, are one unit; where there are fewer than 5 such
  clusters, each task is one. `statistics_macros` puts the same expressions into the warehouse for its readers.
#}
{% macro cluster_of(customer_id, user_id, task_id) -%}
  coalesce({{ shared_by(customer_id, user_id) }}, 'task ' || {{ task_id }})
{%- endmacro %}

{# The customer or user whose tasks are one cluster; null for a task of nobody, which is one by itself. #}
{% macro shared_by(customer_id, user_id) -%}
  coalesce('customer ' || {{ customer_id }}, 'user ' || {{ user_id }})
{%- endmacro %}

{% macro unit_count(cluster) -%}
  case when count(distinct {{ cluster }}) >= 5 then count(distinct {{ cluster }}) else count(*) end
{%- endmacro %}

{# Sum over units of x times y, where `of_cluster` is y of the task's whole cluster. #}
{% macro unit_sum(x, y, of_cluster, cluster) -%}
  case when count(distinct {{ cluster }}) >= 5 then sum({{ x }} * {{ of_cluster }}) else sum({{ x }} * {{ y }}) end
{%- endmacro %}

{# A sum of doubles in their own order: its last digits depend on no other. #}
{% macro ordered_sum(x, of='true') -%}
  sum({{ x }} order by {{ x }}) filter (where {{ of }})
{%- endmacro %}

{# 97.5 % quantile of the standard normal distribution. #}
{% macro normal_quantile() -%}1.959963984540054{%- endmacro %}

{% macro student_quantile(degrees) -%}
  {%- set z = normal_quantile() | float -%}
  ({{ z }} + {{ (z**3 + z) / 4 }} / ({{ degrees }})
    + {{ (5 * z**5 + 16 * z**3 + 3 * z) / 96 }} / power({{ degrees }}, 2)
    + {{ (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384 }} / power({{ degrees }}, 3)
    + {{ (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160 }} / power({{ degrees }}, 4))
{%- endmacro %}

{% macro relative_variance(units, cost, successes, cost_squared, cost_successes, successes_squared) -%}
  case when {{ units }} >= 5 and {{ cost }} > 0 and {{ successes }} > 0 then
    greatest(
      {{ cost_squared }} / ({{ cost }} * {{ cost }}) - 2 * {{ cost_successes }} / ({{ cost }} * {{ successes }})
      + cast({{ successes_squared }} as double) / (cast({{ successes }} as double) * {{ successes }}), 0
    ) * {{ units }} / ({{ units }} - 1.0)
  end
{%- endmacro %}

{# One end of the 95 % interval: side is -1 or 1. Rounded where the order of summing no longer shows. #}
{% macro interval_end(side, units, cost, successes, variance) -%}
  round({{ cost }} / {{ successes }} * exp({{ side }} * {{ student_quantile(units ~ ' - 1.0') }} * sqrt({{ variance }})), 10)
{%- endmacro %}

{% macro is_heavy_tailed(tasks, cost, largest) -%}
  coalesce(
    {{ cost }} > 0 and (
      {{ largest }} >= 50 * {{ cost }} / {{ tasks }} and {{ largest }} >= 0.005 * {{ cost }}
      or {{ tasks }} >= 10 and {{ largest }} >= 0.2 * {{ cost }}
    ), false
  )
{%- endmacro %}

{# One end of Wilson's 95 % interval for a share (Wilson 1927); side is -1 or 1. Null without a trial. #}
{% macro wilson_end(side, successes, trials) -%}
  {%- set z = normal_quantile() | float -%}
  case when {{ trials }} > 0 then
    (cast({{ successes }} as double) + {{ z * z / 2 }} + {{ side }} * {{ z }}
      * sqrt({{ successes }} * ({{ trials }} - {{ successes }}) / cast({{ trials }} as double) + {{ z * z / 4 }}))
    / (cast({{ trials }} as double) + {{ z * z }})
  end
{%- endmacro %}

{# How far a log ratio of that variance may be from the truth at all readings together, 95 %. #}
{% macro half_width(variance) -%}
  case when {{ variance }} = 0 then 0.0 else
    sqrt({{ variance }} * (1 + {{ variance }} / 0.1) * (2 * ln(20) + ln(1 + 0.1 / nullif({{ variance }}, 0))))
  end
{%- endmacro %}

{# The variance at which `half_width` equals a distance. The divisor is above 5; `greatest` says so to who must know. #}
{% macro variance_needed(distance) -%}
  {%- set found = namespace(variance='0.1') -%}
  {%- for _ in range(8) -%}
    {%- set found.variance = '((sqrt(1 + 40 * power(' ~ distance ~ ', 2) / greatest(2 * ln(20) + ln(1 + 0.1 / greatest('
      ~ found.variance ~ ', 1e-300)), 1)) - 1) * 0.05)' -%}
  {%- endfor -%}
  {{ found.variance }}
{%- endmacro %}

{# The same expressions for readers of the warehouse: functions of its schema `main`. #}
{% macro statistics_macros(schema='main') -%}
{%- set sums = ['units', 'cost', 'successes', 'cost_squared', 'cost_successes', 'successes_squared'] -%}
create or replace macro {{ schema }}.cluster_of(customer_id, user_id, task_id) as
  {{ cluster_of('customer_id', 'user_id', 'task_id') }};
create or replace macro {{ schema }}.shared_by(customer_id, user_id) as {{ shared_by('customer_id', 'user_id') }};
create or replace macro {{ schema }}.unit_count(cluster) as {{ unit_count('cluster') }};
create or replace macro {{ schema }}.unit_sum(x, y, of_cluster, cluster) as {{ unit_sum('x', 'y', 'of_cluster', 'cluster') }};
create or replace macro {{ schema }}.relative_variance({{ sums | join(', ') }}) as {{ relative_variance(*sums) }};
create or replace macro {{ schema }}.interval_end(side, units, cost, successes, variance) as
  {{ interval_end('side', 'units', 'cost', 'successes', 'variance') }};
create or replace macro {{ schema }}.is_heavy_tailed(tasks, cost, largest) as {{ is_heavy_tailed('tasks', 'cost', 'largest') }};
create or replace macro {{ schema }}.half_width(variance) as {{ half_width('variance') }};
create or replace macro {{ schema }}.variance_needed(distance) as {{ variance_needed('distance') }};
{%- endmacro %}
