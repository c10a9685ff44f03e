{# What a rule can ask of a call: the columns with patterns of `meta.owner_rules` and `meta.shared_rules`. #}
{% macro allocation_asks() %}
  {{ return([
    'organization', 'environment', 'traffic_source', 'service_name', 'dialect', 'provider', 'model', 'server_address',
    'region', 'service_tier', 'workflow_id', 'feature', 'user_id', 'session_id', 'customer_id', 'agent_name', 'charge_id',
    'team', 'project', 'cost_center',
  ]) }}
{% endmacro %}

{# Who can own spend. #}
{% macro owner_columns() %}
  {{ return(['team', 'project', 'cost_center']) }}
{% endmacro %}

{# CTE `of_interest`, a row: of each column, whether the rules ask about it; what none asks about need not keep calls apart. #}
{% macro of_interest(columns) -%}
of_interest as (
    select
        {%- for column in columns %}
        count({{ column }}) > 0 as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from (
        select {{ select_list(columns) }} from {{ source_of('owner_rules') }}
        union all
        select {{ select_list(columns) }} from {{ source_of('shared_rules') }}
    ) as rules
)
{%- endmacro %}

{# Whether a rule's patterns match a row of `faces`. #}
{% macro matches_face(rules) -%}
  {%- for column in allocation_asks() if column != 'model' %}
  {{ "and " if not loop.first }}{{ is_asked(rules ~ '.' ~ column, 'faces.' ~ column) }}
  {%- endfor %}
  and (
    {%- for name in ['model', 'response_model', 'request_model'] %}
    {{ is_asked(rules ~ '.model', 'faces.' ~ name) }}{{ " or" if not loop.last }}
    {%- endfor %}
  )
{%- endmacro %}

{# CTEs ending in `name`: the rows of `source` with `part`, the whole number `whole` shared out by the whole number `weight`
   among the rows of a group, by largest remainder: each gets what its weight comes to, rounded down, and the units left go to
   those whose rounding took most, ties in the order of `ties`. A group's whole is the same in all its rows, its parts add up
   to it, and at least one of its weights is above zero. Weights are thinned beyond 1e18, so that no product overflows. #}
{% macro shared_out(name, source, group, whole, weight, ties) -%}
{{ name }}_weighed as (
    select
        *,
        abs(cast({{ whole }} as hugeint)) as whole_,
        cast({{ weight }} as hugeint) // (1 + sum(cast({{ weight }} as hugeint)) over (partition by {{ group }}) // 1000000000000000000)
            as weight_
    from {{ source }}
),

{{ name }}_summed as (
    select
        *,
        sum(weight_) over (partition by {{ group }}) as weights_
    from {{ name }}_weighed
),

{{ name }}_floored as (
    select
        *,
        whole_ // weights_ * weight_ + whole_ % weights_ * weight_ // weights_ as floor_,
        whole_ % weights_ * weight_ % weights_ as remainder_
    from {{ name }}_summed
),

{{ name }} as (
    select
        * exclude (whole_, weight_, weights_, floor_, remainder_),
        case when {{ whole }} < 0 then -1 else 1 end * (
            floor_ + case
                when
                    row_number() over (partition by {{ group }} order by remainder_ desc, {{ ties }})
                    <= whole_ - sum(floor_) over (partition by {{ group }})
                    then 1
                else 0
            end
        ) as part
    from {{ name }}_floored
)
{%- endmacro %}

{# CTE `name`: who is named by each text that stands in an owner column of `source`, with weights: the sets of rules, lists,
   texts with the separator of the allocation file, else the text itself; null names nobody. A list of very many is one owner
   that says so: each combination of columns is a row, so that few spans could otherwise fill the disk. #}
{% macro owners_named(name, source, column) -%}
{%- set separators = source_of('owner_separators') %}
{{ name }}_texts as (
    select distinct
        {{ column }} as owner_set,
        case
            when json_valid({{ column }}) and json_type({{ column }}) = 'ARRAY' then from_json({{ column }}, '["VARCHAR"]')
            when exists (select 1 from {{ separators }})
                then string_split({{ column }}, (select min(separator) from {{ separators }}))
        end as listed
    from {{ source }}
),

{{ name }}_lists as (
    select
        owner_set,
        list_distinct(list_filter(list_transform(listed, lambda one: trim(one)), lambda one: one != '')) as listed
    from {{ name }}_texts
    where owner_set is null or owner_set not in (select owner_set from {{ source_of('owner_sets') }} where owner_set is not null)
),

{{ name }} as (
    select
        named.owner_set,
        named.owner,
        coalesce(weights.weight, 1) as weight
    from (
        select
            owner_set,
            unnest(case
                when array_length(listed) > {{ var('most_owners') }} then ['(more than {{ var('most_owners') }} owners)']
                when array_length(listed) > 0 then listed
                else [owner_set]
            end) as owner
        from {{ name }}_lists
    ) as named
    left join {{ source_of('owner_sets') }} as weights
        on weights.owner_set is null and weights.owner_column = '{{ column }}' and weights.owner = named.owner
    union all
    select
        owner_set,
        owner,
        weight
    from {{ source_of('owner_sets') }}
    where owner_column = '{{ column }}' and owner_set is not null
)
{%- endmacro %}

{% macro source_of(table) -%} {{ source("meta", table) }} {%- endmacro %}

{# Days to attribute again: those whose calls, charges or rules changed, and with a rule that weighs by the month's use the
   days of charges of those months. #}
{% macro attributed_again() -%}
    select date from meta.touched_dates where model in ('int_calls', 'allocation')
    union
    select days.date
    from meta.charge_days as days
    inner join meta.touched_dates as touched
        on date_trunc('month', days.date) = date_trunc('month', touched.date)
        and touched.model in ('int_calls', 'allocation')
    where exists (select 1 from meta.shared_rules where over = 'month')
{%- endmacro %}
