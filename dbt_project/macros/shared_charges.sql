{# What charges cost on closed days beyond what was attributed of them when the days were closed. #}
{% macro charges_since_closing() -%}
    select
        date,
        charge_id,
        any_value(coalesce(charges.organization, '')) as organization,
        any_value(charges.environment) as environment,
        'unattributed' as method,
        'known after its day was closed' as reason,
        cast(0 as bigint) as calls,
        cast(0 as bigint) as full_calls,
        {{ money('coalesce(any_value(charges.effective_cost_usd), 0) - coalesce(sum(days.cost_usd), 0)') }} as cost_usd,
        {{ money('coalesce(any_value(charges.effective_cost_usd), 0) - coalesce(sum(days.cost_usd), 0)') }} as full_cost_usd
    from (select * from {{ ref('fct_charges') }} where not {{ is_kept('date') }}) as charges
    full join (
        select date, charge_id, cost_usd from {{ ref('int_attribution_days') }}
        where charge_id is not null and not {{ is_kept('date') }}
    ) as days using (date, charge_id)
    group by date, charge_id
    having coalesce(any_value(charges.effective_cost_usd), 0) != coalesce(sum(days.cost_usd), 0)
{%- endmacro %}

{# CTEs ending in `charge_parts`: what charges leave over on the days to attribute, by who carries it. A charge's own owner
   carries it; else the first rule that matches says who; what finds nobody keeps no owner and says why. Columns: date,
   organization, environment, traffic_source, the owner columns, charge_id, rule, method, reason, pico. #}
{% macro charge_parts() -%}
{%- set owners = owner_columns() %}
{%- set whose = ['organization', 'environment', 'traffic_source'] + owners %}
charges as (
    select
        date,
        charge_id,
        category,
        provider,
        description,
        organization,
        environment,
        {%- for column in owners %}
        nullif({{ column }}, '') as {{ column }},
        {%- endfor %}
        coalesce({% for column in owners %}nullif({{ column }}, ''){{ ", " if not loop.last }}{% endfor %}) is not null as is_owned,
        {{ pico('unallocated_cost_usd') }} as pico
    from {{ ref('fct_charges') }}
    where unallocated_cost_usd != 0 and date in ({{ touched_dates('attribution') }})
),

ruled as (
    select
        charges.date,
        charges.charge_id,
        min(rules.position) as position
    from charges
    inner join {{ source('meta', 'shared_rules') }} as rules
        on charges.date >= rules.valid_from
        and charges.date < rules.valid_to
        {%- for column in ['charge_id', 'category', 'provider', 'description'] %}
        and {{ is_asked('rules.charge_' ~ column, 'charges.' ~ column) }}
        {%- endfor %}
    where not charges.is_owned
    group by charges.date, charges.charge_id
),

shared as (
    select
        charges.* exclude ({{ owners | join(', ') }}),
        rules.position,
        rules.rule,
        rules.method,
        rules.over,
        rules.counted,
        rules.is_metric,
        rules.valid_from,
        rules.valid_to,
        {{ pico('rules.unit_price_usd') }} as unit_price_pico
    from charges
    left join ruled on charges.date = ruled.date and charges.charge_id = ruled.charge_id
    left join {{ source('meta', 'shared_rules') }} as rules on ruled.position = rules.position
    where not charges.is_owned
),

-- what was used, in whole units: tokens, calls, microseconds, pico-dollars, millionths of a metric's
used as (
    select
        days.date,
        rules.position,
        {{ select_list(whose, 'days.') }},
        sum(case rules.counted
            when 'tokens' then days.tokens
            when 'calls' then days.calls
            when 'seconds' then days.duration_us
            else {{ pico('days.cost_usd') }}
        end) as quantity
    from {{ ref('int_owner_days') }} as days
    inner join {{ source('meta', 'shared_rules') }} as rules
        on list_contains(days.used_by, rules.position) and not rules.is_metric
    where date_trunc('month', days.date) in (select date_trunc('month', date) from charges)
    group by all
    union all
    select
        metrics.date,
        rules.position,
        metrics.organization,
        metrics.environment,
        cast(null as varchar) as traffic_source,
        {{ select_list(owners, 'metrics.') }},
        sum(metrics.micro) as quantity
    from {{ source('meta', 'usage_metrics') }} as metrics
    inner join {{ source('meta', 'shared_rules') }} as rules on metrics.metric = rules.counted and rules.is_metric
    group by all
),

claims as (
    select
        shared.date,
        shared.charge_id,
        {{ select_list(whose, 'used.') }},
        any_value(shared.rule) as rule,
        any_value(shared.method) as method,
        any_value(shared.pico) as pico,
        any_value(shared.unit_price_pico) as unit_price_pico,
        any_value(case shared.counted when 'seconds' then 1000000 when 'cost' then 1000000000000 else 1 end
            * case when shared.is_metric then 1000000 else 1 end) as units,
        sum(used.quantity) as quantity
    from shared
    inner join used
        on shared.position = used.position
        and (
            shared.date = used.date
            or shared.over = 'month' and date_trunc('month', shared.date) = date_trunc('month', used.date)
        )
        and used.date >= shared.valid_from
        and used.date < shared.valid_to
        and coalesce(shared.organization = used.organization, true)
        and coalesce(shared.environment = used.environment, true)
    group by shared.date, shared.charge_id, {{ select_list(whose, 'used.') }}
    having sum(used.quantity) > 0
),

proportional as (
    select * from claims where method = 'proportional'
),

{{ shared_out('proportional_parts', 'proportional', 'date, charge_id', 'pico', 'quantity', whose | join(', ')) }},

carried as (
    select
        date,
        {{ select_list(whose) }},
        charge_id,
        rule,
        method,
        part as pico
    from proportional_parts
    union all by name
    select
        date,
        {{ select_list(whose) }},
        charge_id,
        rule,
        method,
        unit_price_pico * cast(quantity as hugeint) // units as pico
    from claims
    where method = 'activity'
),

left_over as (
    select
        shared.*,
        shared.pico - coalesce(carried.pico, 0) as left_pico
    from shared
    left join (select date, charge_id, sum(pico) as pico from carried group by date, charge_id) as carried
        on shared.date = carried.date and shared.charge_id = carried.charge_id
),

charge_parts as (
    select
        date,
        coalesce(organization, '') as organization,
        environment,
        {{ select_list(owners) }},
        charge_id,
        'direct' as method,
        pico
    from charges
    where is_owned
    union all by name
    select * from carried
    union all by name
    select
        date,
        coalesce(organization, '') as organization,
        environment,
        charge_id,
        rule,
        'unattributed' as method,
        case
            when rule is null then 'no rule for this charge'
            when method = 'proportional' then 'nobody used it'
            when left_pico > 0 then 'not recovered by the price'
            else 'recovered beyond its cost'
        end as reason,
        left_pico as pico
    from left_over
    where left_pico != 0
)
{%- endmacro %}
