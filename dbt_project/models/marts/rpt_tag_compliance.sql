{{ config(materialized='daily', touched_by=['int_calls', 'tag_policy']) }}
{%- set tags = policy_tags() %}
with {{ tag_asks() }},

calls as (
    select
        date,
        organization,
        environment,
        service_name,
        {%- for tag, value in tags.items() %}
        {{ tag_as_asked(tag, value) }} as tag_{{ tag }},
        {%- endfor %}
        count(*) as calls,
        coalesce(sum(cost_usd), 0) as cost_usd
    from {{ ref('int_calls') }}
    cross join asks
    where asks.is_any and date in ({{ touched_dates('int_calls', 'tag_policy') }})
    group by all
),

tagged as (
    select
        * exclude (one),
        one.tag,
        one.value
    from (
        select
            date,
            organization,
            environment,
            service_name,
            calls,
            cost_usd,
            unnest([
                {%- for tag in tags %}
                {'tag': '{{ tag }}', 'value': tag_{{ tag }}}{{ "," if not loop.last }}
                {%- endfor %}
            ]) as one
        from calls
    ) as unnested
),

counted as (
    select
        * exclude (calls, cost_usd),
        sum(calls) as calls,
        sum(cost_usd) as cost_usd
    from tagged
    group by all
),

-- the first entry of a tag whose environments match says what is asked
asked as (
    select
        counted.*,
        min(rules.position) as position
    from counted
    inner join {{ source('meta', 'required_tags') }} as rules
        on counted.tag = rules.tag
        and {{ is_asked('rules.environments', "coalesce(counted.environment, '')") }}
    group by all
),

excepted as (
    select distinct
        asked.date,
        asked.service_name,
        asked.tag
    from asked
    inner join {{ source('meta', 'tag_exceptions') }} as exceptions
        on list_contains(exceptions.tags, asked.tag)
        and asked.date <= exceptions.until
        and {{ is_asked('exceptions.service', "coalesce(asked.service_name, '')") }}
),

judged as (
    select
        asked.*,
        excepted.date is not null as is_excepted,
        asked.value is not null and not coalesce(list_bool_and(list_transform(
            case
                when json_valid(asked.value) and json_type(asked.value) = 'ARRAY' then from_json(asked.value, '["VARCHAR"]')
                else [asked.value]
            end,
            lambda one: {{ is_asked('rules.allowed', 'one') }}
        )), true) as is_not_allowed
    from asked
    inner join {{ source('meta', 'required_tags') }} as rules on asked.position = rules.position
    left join excepted
        on asked.date = excepted.date and asked.service_name is not distinct from excepted.service_name and asked.tag = excepted.tag
)

select
    date,
    organization,
    environment,
    service_name,
    tag,
    cast(coalesce(sum(calls) filter (where not is_excepted), 0) as bigint) as calls,
    cast(coalesce(sum(calls) filter (where not is_excepted and (value is null or is_not_allowed)), 0) as bigint) as missing,
    cast(coalesce(sum(calls) filter (where not is_excepted and is_not_allowed), 0) as bigint) as not_allowed,
    cast(coalesce(sum(calls) filter (where is_excepted), 0) as bigint) as excepted,
    {{ money('coalesce(sum(cost_usd) filter (where not is_excepted), 0)') }} as cost_usd,
    {{ money('coalesce(sum(cost_usd) filter (where not is_excepted and (value is null or is_not_allowed)), 0)') }} as missing_cost_usd,
    {{ money('coalesce(sum(cost_usd) filter (where is_excepted), 0)') }} as excepted_cost_usd
from judged
group by date, organization, environment, service_name, tag
