{# What a call is charged, line by line, with what tells lines apart; `per` says whether task and call do. #}
{% macro focus_lines_of_calls(schema, per, first, last) -%}
rates as (
    select
        price_id,
        any_value(region) as rated_region,
        arg_max(currency, known_at) as pricing_currency,
        arg_max(unit_price, known_at) as stated_unit_price,
        arg_max(unit_price_usd, known_at) as stated_unit_price_usd
    from {{ schema }}.dim_prices
    group by price_id
),

call_lines as (
    select
        *,
        quantity is not null and contracted_cost_usd is not null as is_priced
    from {{ schema }}.fct_call_charges
    where ({{ first }} is null or date >= {{ first }}) and ({{ last }} is null or date <= {{ last }})
),

of_calls as (
    select
        case when is_priced then 'Usage' else 'Adjustment' end as charge_category,
        cast(null as varchar) as charge_class,
        case when is_priced or quantity is null then charge_kind else 'unpriced' end as charge_type,
        {{ select_list(focus_charge_columns(), 'call_lines.') }},
        rates.rated_region,
        calls.charge_id,
        case when is_priced then coalesce(rates.pricing_currency, 'USD') else 'USD' end as pricing_currency,
        case
            when is_priced and rates.pricing_currency != 'USD'
                then cast(rates.stated_unit_price / nullif(rates.stated_unit_price_usd, 0) as decimal(28, 12))
        end as currency_a_usd,
        {{ select_list(focus_call_columns(), 'calls.') }},
        case when {{ per }} != 'day' and calls.task_source != 'trace' then calls.task_id end as task_id,
        case when {{ per }} = 'call' then calls.call_id end as call_id,
        case when {{ per }} = 'call' then calls.started_at end as started_at,
        case when is_priced then contracted_unit_price end as contracted_unit_price,
        case when is_priced then coalesce(list_unit_price, contracted_unit_price) end as list_unit_price,
        case when is_priced then quantity end as priced_quantity,
        case when unit = 'token' then quantity end as tokens,
        coalesce(call_lines.contracted_cost_usd, 0) as contracted_usd,
        case
            when call_lines.list_cost_usd is not null then call_lines.list_cost_usd
            when is_priced
                then cast(quantity as decimal(19, 0)) * cast(coalesce(list_unit_price, contracted_unit_price) as decimal(16, 12))
            else 0
        end as list_usd,
        case when calls.charge_id is null then coalesce(call_lines.effective_cost_usd, 0) else 0 end as billed_usd,
        coalesce(call_lines.effective_cost_usd, 0) as effective_usd
    from call_lines
    inner join {{ schema }}.fct_calls as calls on call_lines.call_id = calls.call_id and call_lines.date = calls.date
    left join rates on call_lines.price_id = rates.price_id
)
{%- endmacro %}

{# Charges that are not calls. *Billed* is the whole amount on one day; *effective* is spread over the days it pays for. #}
{% macro focus_lines_of_charges(schema, first, last) -%}
charge_days as (
    select *
    from {{ schema }}.fct_charges
    where ({{ first }} is null or date >= {{ first }}) and ({{ last }} is null or date <= {{ last }})
),

-- A charge is a purchase (or a credit, or a tax) on the day it is billed, all of it. What it costs is spread over the days
-- it pays for: there it stands in the calls it covers, and what they leave over is a line of its own.
of_charges as (
    select
        case category when 'credit' then 'Credit' when 'tax' then 'Tax' else 'Purchase' end as charge_category,
        category as charge_type,
        case when charge_category = 'Purchase' then provider || '/' || category end as bought_sku,
        case when charge_category = 'Purchase' then charge_id end as bought_price,
        case when charge_category = 'Purchase' then billed_cost_usd end as contracted_unit_price,
        case when charge_category = 'Purchase' then list_amount_usd end as list_unit_price,
        case when charge_category = 'Purchase' then 1 end as priced_quantity,
        billed_cost_usd as contracted_usd,
        list_amount_usd as list_usd,
        billed_cost_usd as billed_usd,
        case when charge_category = 'Purchase' then 0 else billed_cost_usd end as effective_usd,
        charge_days.*
    from charge_days
    inner join (select charge_id, list_amount_usd from {{ schema }}.dim_charges) as charges using (charge_id)
    where billed_cost_usd != 0
    union all by name
    select
        'Adjustment' as charge_category,
        category || ' share' as charge_type,
        0 as contracted_usd,
        0 as list_usd,
        0 as billed_usd,
        unallocated_cost_usd as effective_usd,
        charge_days.*
    from charge_days
    where unallocated_cost_usd != 0 and category not in ('credit', 'tax')
)
{%- endmacro %}

{# Months that are closed stay as they were closed: a later change is taken back on its day and stands, as a correction, in
   the month that books it. #}
{% macro focus_lines_of_corrections(schema) -%}
corrections as (
    select
        changes.change_usd,
        coalesce(changes.charge_id, calls.charge_id) as charge_id,
        changes.organization,
        calls.provider,
        calls.model,
        calls.project,
        calls.team,
        calls.workflow_id,
        calls.traffic_source,
        coalesce(changes.date, changes.corrects_month) as changed_on,
        changes.booked_month as booked_on,
        strftime(changes.corrects_month, '%Y-%m') || ' (' || changes.reason || ')' as corrected
    from {{ schema }}.fct_corrections as changes
    left join {{ schema }}.fct_calls as calls on changes.call_id = calls.call_id and changes.date = calls.date
),

of_corrections as (
    select
        'Correction' as charge_class,
        'correction' as charge_type,
        booked_on as date,
        'correction of ' || corrected as description,
        change_usd as effective_usd,
        *
    from corrections
    union all by name
    select
        'as closed' as charge_type,
        changed_on as date,
        'as closed: without the later correction of ' || corrected as description,
        -change_usd as effective_usd,
        *
    from corrections
)
{%- endmacro %}
