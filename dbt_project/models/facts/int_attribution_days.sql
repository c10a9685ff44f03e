{{ config(materialized='daily', touched_by=['attribution']) }}
-- depends_on: {{ ref('int_owner_days') }}
-- Whose every dollar of a day is: calls by their owners, charges by who carries them. Where a row has several owners, each of
-- them (each combination, where several columns name several) gets its part of the cost and, in `full_cost_usd`, all of it.
{%- set owners = owner_columns() %}
{%- set same_day = ['date', 'organization', 'environment', 'traffic_source', 'charge_id', 'rule', 'method', 'reason'] %}
with {{ charge_parts() }},

pieces as (
    select
        date,
        organization,
        environment,
        traffic_source,
        {{ select_list(owners) }},
        charge_id,
        rule,
        'direct' as method,
        cast(null as varchar) as reason,
        cast(sum(calls) as bigint) as calls,
        {{ pico('sum(cost_usd)') }} as pico
    from {{ ref('int_owner_days') }}
    where date in ({{ touched_dates('attribution') }})
    group by all
    union all by name
    select
        *,
        0 as calls
    from charge_parts
),

numbered as (
    select
        *,
        row_number() over () as piece
    from pieces
),
{% for column in owners %}
{{ owners_named(column ~ 's', 'numbered', column) }},
{% endfor %}
owned as (
    select
        numbered.* exclude ({{ owners | join(', ') }}),
        {%- for column in owners %}
        {{ column }}s.owner as {{ column }},
        {%- endfor %}
        teams.weight * projects.weight * cost_centers.weight as weight
    from numbered
    {%- for column in owners %}
    inner join {{ column }}s on numbered.{{ column }} is not distinct from {{ column }}s.owner_set
    {%- endfor %}
),

{{ shared_out('costs', 'owned', 'piece', 'pico', 'weight', owners | join(', ')) }},

costs_of_pieces as (
    select
        * exclude (part),
        part as part_pico
    from costs
),

{{ shared_out('counts', 'costs_of_pieces', 'piece', 'calls', 'weight', owners | join(', ')) }}

select
    {{ select_list(same_day[:6]) }},
    {{ select_list(owners) }},
    case
        when coalesce({{ owners | join(', ') }}) is null then 'unattributed'
        else method
    end as method,
    case
        when coalesce({{ owners | join(', ') }}) is not null then null
        when reason is not null then reason
        when method = 'direct' then 'no tag and no rule'
        else 'used by calls that nobody owns'
    end as reason,
    cast(sum(part) as bigint) as calls,
    cast(sum(calls) as bigint) as full_calls,
    {{ of_pico('sum(part_pico)') }} as cost_usd,
    {{ of_pico('sum(pico)') }} as full_cost_usd
from counts
group by all
