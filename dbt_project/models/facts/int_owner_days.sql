{{ config(
    materialized='daily', touched_by=['int_calls', 'allocation'],
    pre_hook="insert into meta.touched_dates select distinct 'attribution', date from (" ~ attributed_again() ~ ")"
) }}
-- What the calls of a day cost and used, by who owns them: their tags, else the first rule that matches and says so; and by
-- the rules on shared charges whose users they are.
{%- set kept = ['date', 'organization', 'environment', 'traffic_source', 'charge_id'] + owner_columns() %}
{%- set asked = allocation_asks() | reject('in', kept) | list %}
with {{ of_interest(asked) }},

calls as (
    select
        {{ select_list(kept[:5], 'calls.') }},
        {%- for column in owner_columns() %}
        nullif(calls.{{ column }}, '') as {{ column }},
        {%- endfor %}
        {%- for column in asked if column not in ['model', 'workflow_id'] %}
        case when of_interest.{{ column }} then calls.{{ column }} end as {{ column }},
        {%- endfor %}
        case when of_interest.workflow_id then coalesce(calls.workflow_id, calls.run_workflow_id) end as workflow_id,
        {%- for column in ['model', 'response_model', 'request_model'] %}
        case when of_interest.model then calls.{{ column }} end as {{ column }},
        {%- endfor %}
        calls.input_tokens,
        calls.output_tokens,
        calls.usage_error,
        calls.ended_ns - calls.started_ns as duration_ns,
        calls.cost_usd
    from {{ ref('int_calls') }} as calls
    cross join of_interest
    where calls.date in ({{ touched_dates('int_calls', 'allocation') }})
),

summed as (
    select
        * exclude (input_tokens, output_tokens, usage_error, duration_ns, cost_usd),
        count(*) as calls,
        count(*) filter (where cost_usd is null) as unknown_cost_calls,
        coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) filter (where usage_error is null), 0) as tokens,
        coalesce(sum(duration_ns // 1000), 0) as duration_us,
        {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd
    from calls
    group by all
),

faces as (
    select
        *,
        row_number() over (order by {{ (kept + asked + ['response_model', 'request_model']) | join(', ') }}) as face
    from summed
),

owners as (
    select
        faces.face,
        {%- for column in owner_columns() %}
        arg_min(rules.to_{{ column }}, rules.position) filter (where rules.to_{{ column }} is not null) as to_{{ column }},
        arg_min(rules.rule, rules.position) filter (where rules.to_{{ column }} is not null) as {{ column }}_rule,
        {%- endfor %}
    from faces
    inner join {{ source('meta', 'owner_rules') }} as rules
        on faces.date >= rules.valid_from
        and faces.date < rules.valid_to
        and {{ matches_face('rules') }}
    group by faces.face
),

users as (
    select
        faces.face,
        list(rules.position order by rules.position) as used_by
    from faces
    inner join {{ source('meta', 'shared_rules') }} as rules on {{ matches_face('rules') }}
    group by faces.face
)

select
    {{ select_list(kept[:5], 'faces.') }},
    {%- for column in owner_columns() %}
    coalesce(faces.{{ column }}, owners.to_{{ column }}) as {{ column }},
    {%- endfor %}
    nullif(array_to_string(list_sort(list_distinct([
        {%- for column in owner_columns() %}
        case when faces.{{ column }} is null then owners.{{ column }}_rule end{{ "," if not loop.last }}
        {%- endfor %}
    ])), ', '), '') as rule,
    coalesce(users.used_by, []) as used_by,
    cast(sum(faces.calls) as bigint) as calls,
    cast(sum(faces.unknown_cost_calls) as bigint) as unknown_cost_calls,
    sum(faces.tokens) as tokens,
    sum(faces.duration_us) as duration_us,
    {{ money('sum(faces.cost_usd)') }} as cost_usd
from faces
left join owners on faces.face = owners.face
left join users on faces.face = users.face
group by all
