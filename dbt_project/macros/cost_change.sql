{#
  Why cost changed: the one home of the formula (additive log-mean Divisia, LMDI-I: Ang 2004, 2005; zeros by their
  analytical limits: Ang and Liu 2007). See docs/cost-change.md.

  A leaf is workflow × model × SKU. Its cost is a chain of levels, each divided by the one before it:
    runs of all workflows → runs of its workflow → first tries → calls → calls of its model → their tokens →
    units of its SKU → cost
  so factor i is level i ÷ level i-1, and with g = ln(level after ÷ level before) the effect of factor i on the leaf is
  L(cost after, cost before) × (g of level i − g of level i-1): the sum telescopes to the change, whatever the levels are.
#}

{# Whose cost is taken apart: each organization, environment and traffic source for itself. #}
{% macro change_scope(prefix='') -%}
  {{ prefix }}organization, {{ prefix }}environment, {{ prefix }}traffic_source
{%- endmacro %}

{# Spend classes whose calls are retries: work tried again, or done again. #}
{% macro retry_classes() -%}
  ('failed_attempt', 'superseded_attempt', 'retry_duplicate')
{%- endmacro %}

{# One row per line of a call that has a cost. `sku` names what has one price: provider, kind, and where they are not
   the standard ones tier, context tier, region and hours of the rate; the model, where an attempt used another than its
   call. A line without a rate is priced by nothing: what was reported for a call of known tokens, or a charge's share,
   is a SKU of its own; an adjustment, and what was reported without tokens, has none. A call counts at the first of its
   SKUs (`is_counted`), so that calls add up; one of which nothing has a SKU counts nowhere. #}
{% macro costed_lines(calls, charges, prices) -%}
    select
        *,
        sku is not null and row_number() over (partition by call_id order by sku nulls last) = 1 as is_counted
    from (
        select
            calls.*,
            lines.charge_kind,
            case
                when lines.charge_kind = 'adjustment' then null
                when lines.charge_kind = 'reported' then case when calls.tokens > 0 then 'reported' end
                else concat_ws(
                    '/', lines.price_provider, lines.charge_kind, nullif(lines.rated_service_tier, 'standard'),
                    case when lines.context_tier > 0 then 'above ' || lines.context_tier end,
                    rates.region, cast(rates.time_from as varchar), nullif(lines.model, calls.model),
                    case when calls.charge_id is not null then 'share of a charge' end
                )
            end as sku,
            calls.charge_id is null and lines.price_id is not null as is_rated,
            coalesce(lines.unit, 'token') as unit,
            case when lines.charge_kind = 'reported' then calls.tokens else lines.quantity end as quantity,
            lines.effective_cost_usd as cost_usd
        from {{ charges }} as lines
        inner join {{ calls }} as calls on lines.call_id = calls.call_id and lines.date = calls.date
        left join (
            select
                price_id,
                any_value(region) as region,
                any_value(time_from) as time_from
            from {{ prices }}
            group by price_id
        ) as rates on lines.price_id = rates.price_id
        where lines.effective_cost_usd is not null
    ) as lines
{%- endmacro %}

{# What `costed_lines` asks of a call. #}
{% macro change_columns() -%}
    call_id, date, {{ change_scope() }}, workflow_id, workflow_run_id, model, charge_id,
    coalesce(input_tokens, 0) + coalesce(output_tokens, 0) as tokens,
    spend_class in {{ retry_classes() }} as is_retry
{%- endmacro %}

{# What lines of one SKU come to. Calls that count in the chain are those with something that has a price: a refusal that
   cost nothing is none of them. #}
{% macro summed_lines() -%}
    count(*) filter (where is_counted) as calls,
    count(*) filter (where is_counted and is_retry) as retry_calls,
    bool_and(is_rated) as is_rated,
    cast(sum(quantity) as decimal(28, 12)) as quantity,
    cast(sum(cost_usd) as decimal(28, 12)) as cost_usd
{%- endmacro %}

{# CTEs `run_sides` and `usage_sides`: the daily tables summed over both periods of each pair. They read a CTE `pairs`:
   pair, before_first, before_last, after_first, after_last (days, both ends included). #}
{% macro sides_of_periods(runs, usage) -%}
sides as (
    select pair, false as is_after, before_first as first_day, before_last as last_day from pairs
    union all
    select pair, true as is_after, after_first as first_day, after_last as last_day from pairs
),

run_sides as (
    select pair, is_after, {{ change_scope() }}, workflow_id, sum(runs) as runs
    from {{ runs }} as days
    inner join sides on days.date between sides.first_day and sides.last_day
    group by all
),

usage_sides as (
    select
        pair, is_after, {{ change_scope() }}, workflow_id, model, sku, unit,
        sum(calls) as calls,
        sum(retry_calls) as retry_calls,
        bool_and(is_rated) as is_rated,
        sum(quantity) as quantity,
        sum(cost_usd) as cost_usd
    from {{ usage }} as days
    inner join sides on days.date between sides.first_day and sides.last_day
    group by all
)
{%- endmacro %}

{# One side's sum; nothing there is 0. #}
{% macro side(amount, is_after) -%}
  coalesce(sum({{ amount }}) filter (where {{ '' if is_after else 'not ' }}is_after), 0)
{%- endmacro %}

{# Joins on columns that may be null. #}
{% macro same(left, right, columns) -%}
  {%- for column in columns %}
  {{ left }}.{{ column }} is not distinct from {{ right }}.{{ column }}{{ " and" if not loop.last }}
  {%- endfor %}
{%- endmacro %}

{# CTE `effects` from the CTEs of sides: pair, scope, workflow, model, effect, change_usd. Rows without a change are
   left out. Effects of a leaf are rounded to the twelfth decimal, and the largest takes what rounding leaves. #}
{% macro change_effects() -%}
{%- set workflow = ['pair', 'organization', 'environment', 'traffic_source', 'workflow_id'] %}
{%- set factors = [
    'volume', 'workflow_mix', 'calls_per_run', 'retries', 'model_mix', 'tokens_per_call', 'token_kind_mix', 'price'
] %}
-- A workflow that cost something in a period in which none of its runs began counts as one run.
workflow_levels as (
    select
        pair, {{ change_scope() }}, workflow_id,
        case when bool_or(not is_after) then greatest({{ side('runs', false) }}, 1) else 0 end as runs_before,
        case when bool_or(is_after) then greatest({{ side('runs', true) }}, 1) else 0 end as runs_after
    from (
        select pair, is_after, {{ change_scope() }}, workflow_id, runs from run_sides
        union all
        select pair, is_after, {{ change_scope() }}, workflow_id, 0 as runs from usage_sides
    )
    group by all
),

-- Volume is that of the workflows that ran in both periods: what came or went is mix, and moves nobody else's volume.
scope_levels as (
    select
        *,
        sum(runs_before) over scope as all_before,
        sum(runs_after) over scope as all_after,
        sum(runs_before) filter (where runs_before > 0 and runs_after > 0) over scope as kept_before,
        sum(runs_after) filter (where runs_before > 0 and runs_after > 0) over scope as kept_after
    from workflow_levels
    window scope as (partition by pair, {{ change_scope() }})
),

-- Where all calls of a period are retries, what its first tries were nobody knows: calls a run are then all retries.
call_levels as (
    select
        pair, {{ change_scope() }}, workflow_id,
        {{ side('calls', false) }} as calls_before,
        {{ side('calls', true) }} as calls_after,
        {{ side('calls - retry_calls', false) }} as tries_before,
        {{ side('calls - retry_calls', true) }} as tries_after,
        calls_before > 0 and calls_after > 0 and (tries_before = 0 or tries_after = 0) as has_retries_only
    from usage_sides
    group by all
),

model_levels as (
    select
        pair, {{ change_scope() }}, workflow_id, model,
        {{ side('calls', false) }} as calls_before,
        {{ side('calls', true) }} as calls_after
    from usage_sides
    group by all
),

token_levels as (
    select
        pair, {{ change_scope() }}, workflow_id, model,
        {{ side('quantity', false) }} as tokens_before,
        {{ side('quantity', true) }} as tokens_after
    from usage_sides
    where sku is not null and unit = 'token'
    group by all
),

usage_levels as (
    select
        pair, {{ change_scope() }}, workflow_id, model, sku, unit,
        bool_and(is_rated) as is_rated,
        {{ side('quantity', false) }} as quantity_before,
        {{ side('quantity', true) }} as quantity_after,
        cast({{ side('cost_usd', false) }} as decimal(28, 12)) as cost_before,
        cast({{ side('cost_usd', true) }} as decimal(28, 12)) as cost_after
    from usage_sides
    group by all
),

-- The chain of each leaf, both sides of each level beside each other.
leaves as (
    select
        usage.*,
        workflows.all_before = 0 or workflows.all_after = 0 as is_scope_of_one_side,
        [
            {%- for side in ['before', 'after'] %}
            [
                workflows.kept_{{ side }},
                workflows.runs_{{ side }},
                case when calls.has_retries_only then workflows.runs_{{ side }} else calls.tries_{{ side }} end,
                calls.calls_{{ side }},
                models.calls_{{ side }},
                case when usage.unit = 'token' then tokens.tokens_{{ side }} else models.calls_{{ side }} end,
                usage.quantity_{{ side }},
                usage.cost_{{ side }}
            ]::double[]{{ "," if not loop.last }}
            {%- endfor %}
        ] as levels
    from usage_levels as usage
    inner join scope_levels as workflows on {{ same('usage', 'workflows', workflow) }}
    left join call_levels as calls on {{ same('usage', 'calls', workflow) }}
    left join model_levels as models on {{ same('usage', 'models', workflow + ['model']) }}
    left join token_levels as tokens on {{ same('usage', 'tokens', workflow + ['model']) }}
    where usage.cost_before != usage.cost_after or usage.cost_before != 0
),

-- How each leaf's change is told: along the chain; by the topmost level that is zero on one side, for what came or
-- went; or not at all, where there are no tokens and no prices to tell it by.
told as (
    select
        *,
        cost_after - cost_before as leaf_change_usd,
        case
            when sku is null then 'unmeasured'
            when cost_before > 0 and cost_after > 0 then 'chain'
            when is_scope_of_one_side then 'volume'
            {%- for factor in factors[1:] %}
            when levels[1][{{ loop.index + 1 }}] = 0 or levels[2][{{ loop.index + 1 }}] = 0 then
                {%- if factor == 'price' %} case when is_rated then 'price' else 'unmeasured' end
                {%- else %} '{{ factor }}'
                {%- endif %}
            {%- endfor %}
            else 'unmeasured'
        end as way
    from leaves
),

-- The log-mean of both costs; where they are nearly equal, by its series, which the quotient would lose to rounding.
weighed as (
    select
        *,
        ln(levels[2][8] / levels[1][8]) as growth,
        case
            when abs(growth) < 0.02 then
                sqrt(levels[1][8]) * sqrt(levels[2][8]) * (1 + growth * growth / 24 + growth * growth * growth * growth / 1920)
            else (levels[2][8] - levels[1][8]) / growth
        end as log_mean
    from told
    where way = 'chain'
),

chained as (
    {%- for factor in factors %}
    select
        * exclude (growth, log_mean),
        {%- if factor == 'price' %}
        case when is_rated then 'price' else 'unmeasured' end as effect,
        {%- else %}
        '{{ factor }}' as effect,
        {%- endif %}
        {{ loop.index }} as place,
        cast(log_mean * (
            ln(levels[2][{{ loop.index }}] / levels[1][{{ loop.index }}])
            {%- if not loop.first %} - ln(levels[2][{{ loop.index0 }}] / levels[1][{{ loop.index0 }}]){% endif %}
        ) as decimal(28, 12)) as rounded_usd
    from weighed
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

exact as (
    select
        *,
        case
            when row_number() over (leaf order by abs(rounded_usd) desc, place) = 1
                then leaf_change_usd - sum(rounded_usd) over leaf
            else 0
        end + rounded_usd as exact_usd
    from chained
    window leaf as (partition by pair, {{ change_scope() }}, workflow_id, model, sku, unit)
),

effects as (
    select pair, {{ change_scope() }}, workflow_id, model, effect, cast(sum(exact_usd) as decimal(28, 12)) as change_usd
    from (
        select pair, {{ change_scope() }}, workflow_id, model, effect, exact_usd from exact
        union all
        select pair, {{ change_scope() }}, workflow_id, model, way as effect, leaf_change_usd as exact_usd
        from told
        where way != 'chain'
    )
    group by all
    having sum(exact_usd) != 0
)
{%- endmacro %}

{# `main.why_cost_changed(before_from, before_to, after_from, after_to)`: days, both ends included; one row per scope,
   workflow, model and effect, adding up to the change of cost. #}
{% macro why_cost_changed(report, runs, usage) -%}
create or replace macro {{ report.schema }}.why_cost_changed(before_from, before_to, after_from, after_to) as table (
    with pairs as (
        select
            1 as pair,
            cast(before_from as date) as before_first,
            cast(before_to as date) as before_last,
            cast(after_from as date) as after_first,
            cast(after_to as date) as after_last
    ),

    {{ sides_of_periods(runs, usage) }},

    {{ change_effects() }}

    select * exclude (pair) from effects
)
{%- endmacro %}

{# `main.why_versions_differ(workflow, version_column, before_version, after_version)`: the same between two versions of a
   workflow's prompt, code or model, over all days; `version_column` is 'prompt_version', 'code_version' or 'model'. Two
   models are compared kind by kind: what one costs more a token is price. #}
{% macro why_versions_differ(report, calls, charges, prices) -%}
create or replace macro {{ report.schema }}.why_versions_differ(workflow, version_column, before_version, after_version) as table (
    with versions as (
        select
            {{ change_columns() }},
            1 as pair,
            case version_column
                when 'prompt_version' then prompt_version
                when 'code_version' then code_version
                when 'model' then model
                else error('version_column is prompt_version, code_version or model, not ' || version_column)
            end as said_version
        from {{ calls }}
        where workflow_id = workflow
    ),

    compared as (
        select
            *,
            said_version = after_version as is_after
        from versions
        where said_version in (before_version, after_version)
    ),

    lines as (
        select * replace (
            case when version_column != 'model' then model end as model,
            case when version_column = 'model' and sku is not null then charge_kind else sku end as sku
        )
        from ({{ costed_lines('compared', charges, prices) }})
    ),

    run_sides as (
        select pair, is_after, {{ change_scope() }}, workflow_id, count(distinct workflow_run_id) as runs
        from compared
        group by all
    ),

    usage_sides as (
        select pair, is_after, {{ change_scope() }}, workflow_id, model, sku, unit, {{ summed_lines() }}
        from lines
        group by all
    ),

    {{ change_effects() }}

    select * exclude (pair) from effects
)
{%- endmacro %}
