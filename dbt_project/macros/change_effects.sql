{#
  Why cost changed: the one home of the formula (additive log-mean Divisia, LMDI-I: Ang 2004, 2005; zeros by their
  analytical limits: Ang and Liu 2007). See docs/cost-change.md.

  A leaf is workflow × model × SKU. Its cost is a chain of levels, each divided by the one before it:
    runs of all workflows → runs of its workflow → first tries → calls → calls of its model → their tokens →
    units of its SKU → cost
  so factor i is level i ÷ level i-1, and with g = ln(level after ÷ level before) the effect of factor i on the leaf is
  L(cost after, cost before) × (g of level i − g of level i-1): the sum telescopes to the change, whatever the levels are.
#}

{# One side's sum; nothing there is 0. #}
{% macro side(amount, is_after) -%}
  coalesce(sum({{ amount }}) filter (where {{ '' if is_after else 'not ' }}is_after), 0)
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
        *,
        calls_before > 0 and calls_after > 0 and (tries_before = 0 or tries_after = 0) as has_retries_only
    from (
        select
            pair, {{ change_scope() }}, workflow_id,
            {{ side('calls', false) }} as calls_before,
            {{ side('calls', true) }} as calls_after,
            {{ side('calls - retry_calls', false) }} as tries_before,
            {{ side('calls - retry_calls', true) }} as tries_after
        from usage_sides
        group by all
    ) as calls
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
-- went; or not at all, where there are no tokens and no prices to tell it by, or less than something of them: a cost of
-- no quantity has no unit price.
told as (
    select
        *,
        cost_after - cost_before as leaf_change_usd,
        case
            when sku is null then 'unmeasured'
            when cost_before > 0 and cost_after > 0 then
                case when list_min(levels[1]) > 0 and list_min(levels[2]) > 0 then 'chain' else 'unmeasured' end
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
