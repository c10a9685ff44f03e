-- depends_on: {{ ref('fct_charges') }}
-- Whose all that is spent is. An open month says what is known today; a closed one what it was closed with, and what it would
-- say otherwise today stands in the first open month, as in rpt_total_cost.
{%- set key = [
    'organization', 'environment', 'team', 'project', 'cost_center', 'charge_id', 'traffic_source', 'method', 'rule', 'reason',
] %}
{%- set amounts = ['calls', 'full_calls', 'cost_usd', 'full_cost_usd'] %}
with closed as (
    select month from {{ source('meta', 'closings') }}
),

days as (
    select * from {{ ref('int_attribution_days') }}
    {%- if calls_from() %}
    union all by name
    {{ charges_since_closing() }}
    {%- endif %}
),

dated as (
    select
        *,
        cast(date_trunc('month', date) as date) as month
    from days
),

owed as (
    select
        month,
        {{ select_list(key + amounts) }}
    from dated
    where month in (select month from closed)
    union all
    select
        coalesce(corrects_month, cast(date_trunc('month', date) as date)) as month,
        {{ select_list(key) }},
        {{ select_list(amounts, '-') }}
    from {{ source('meta', 'closed_attribution') }}
),

corrections as (
    select
        (select cast(max(month) + interval 1 month as date) from closed) as date,
        {{ select_list(key) }},
        month as corrects_month,
        {%- for amount in amounts %}
        sum({{ amount }}) as {{ amount }}{{ "," if not loop.last }}
        {%- endfor %}
    from owed
    group by month, {{ key | join(', ') }}
    having {% for amount in amounts %}sum({{ amount }}) != 0{{ " or " if not loop.last }}{% endfor %}
),

everything as (
    select
        * exclude (month),
        cast(null as date) as corrects_month,
        false as is_closed
    from dated
    where month not in (select month from closed)
    union all by name
    select
        *,
        true as is_closed
    from {{ source('meta', 'closed_attribution') }}
    union all by name
    select
        *,
        false as is_closed
    from corrections
)
{% for view, prefix in {'split': '', 'full': 'full_'}.items() %}
select
    date,
    {{ select_list(key[:7]) }},
    '{{ view }}' as "view",
    {{ select_list(key[7:]) }},
    corrects_month,
    is_closed,
    cast({{ prefix }}calls as bigint) as calls,
    {{ money(prefix ~ 'cost_usd') }} as cost_usd,
    cast(calls as bigint) as split_calls,
    {{ money('cost_usd') }} as split_cost_usd
from everything
{{ "union all" if not loop.last }}
{%- endfor %}
