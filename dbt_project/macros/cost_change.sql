{#
  Why cost changed: what the formula (change_effects.sql) is fed with, and the table macros of the published warehouse.
  See docs/cost-change.md.
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
