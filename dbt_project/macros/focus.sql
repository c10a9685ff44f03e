{# What the days from `first` to `last` cost (UTC, inclusive; all where null), as FOCUS rows.
   `per` is what a row stands for beside day and price: 'task', 'day' (no task), or 'call'. A row's costs are its quantity
   times its unit prices, exactly: lines are only added up where these are equal. Objects are written after adding up. #}
{% macro focus_rows(schema, per, first, last) -%}
with {{ focus_lines_of_calls(schema, per, first, last) }},

{{ focus_lines_of_charges(schema, first, last) }},

{{ focus_lines_of_corrections(schema) }},

lines as (
    select * from of_calls
    union all by name
    select
        {{ select_list(focus_other_columns()) }},
        'USD' as pricing_currency
    from of_charges
    union all by name
    select
        * exclude (change_usd, changed_on, booked_on, corrected),
        'Adjustment' as charge_category,
        'USD' as pricing_currency,
        case when charge_id is null then effective_usd else 0 end as billed_usd,
        billed_usd as contracted_usd,
        billed_usd as list_usd
    from of_corrections
    where ({{ first }} is null or date >= {{ first }}) and ({{ last }} is null or date <= {{ last }})
),

added_up as (
    select
        * exclude (priced_quantity, tokens, contracted_usd, list_usd, billed_usd, effective_usd),
        {%- for amount in ['priced_quantity', 'tokens', 'contracted_usd', 'list_usd', 'billed_usd', 'effective_usd'] %}
        {{ money('sum(' ~ amount ~ ')') }} as {{ amount }}{{ "," if not loop.last }}
        {%- endfor %}
    from lines
    group by all
),

priced as (
    select
        *,
        case when charge_category = 'Usage' then price_provider || '/' || price_model || '/' || charge_kind else bought_sku end
            as sku_id,
        case when charge_category = 'Usage' then coalesce(rated_service_tier, 'standard') end as price_tier
    from added_up
)

select
    billed_usd as "BilledCost",
    coalesce(nullif(trim(organization), ''), 'default') as "BillingAccountId",
    coalesce(nullif(trim(organization), ''), 'default') as "BillingAccountName",
    'USD' as "BillingCurrency",
    {{ focus_instant("date_trunc('month', date) + interval 1 month") }} as "BillingPeriodEnd",
    {{ focus_instant("date_trunc('month', date)") }} as "BillingPeriodStart",
    charge_category as "ChargeCategory",
    charge_class as "ChargeClass",
    {{ focus_description() }} as "ChargeDescription",
    case when charge_category in ('Purchase', 'Credit', 'Tax') then 'One-Time' else 'Usage-Based' end as "ChargeFrequency",
    {{ focus_instant('date + 1') }} as "ChargePeriodEnd",
    {{ focus_instant('date') }} as "ChargePeriodStart",
    cast(null as varchar) as "CommitmentDiscountStatus",
    case when charge_category = 'Usage' then priced_quantity end as "ConsumedQuantity",
    case when charge_category = 'Usage' then {{ focus_unit('unit') }} end as "ConsumedUnit",
    contracted_usd as "ContractedCost",
    contracted_unit_price as "ContractedUnitPrice",
    effective_usd as "EffectiveCost",
    invoice_id as "InvoiceId",
    {{ focus_provider(0) }} as "InvoiceIssuerName",
    list_usd as "ListCost",
    list_unit_price as "ListUnitPrice",
    case when sku_id is not null then 'Standard' end as "PricingCategory",
    pricing_currency as "PricingCurrency",
    {{ in_pricing_currency('contracted_unit_price') }} as "PricingCurrencyContractedUnitPrice",
    {{ in_pricing_currency('effective_usd') }} as "PricingCurrencyEffectiveCost",
    {{ in_pricing_currency('list_unit_price') }} as "PricingCurrencyListUnitPrice",
    priced_quantity as "PricingQuantity",
    case charge_category when 'Usage' then {{ focus_unit('unit') }} when 'Purchase' then 'Units' end as "PricingUnit",
    {{ focus_provider(0) }} as "ProviderName",
    {{ focus_provider(0) }} as "PublisherName",
    nullif(trim(region), '') as "RegionId",
    nullif(trim(region), '') as "RegionName",
    'AI and Machine Learning' as "ServiceCategory",
    {{ focus_provider(1) }} as "ServiceName",
    'Generative AI' as "ServiceSubcategory",
    sku_id as "SkuId",
    case charge_category when 'Usage' then {{ focus_meter('charge_kind') }} when 'Purchase' then charge_type end as "SkuMeter",
    case when charge_category = 'Usage' then {{ focus_json({
        'x_ModelName': 'price_model', 'x_TokenType': focus_meter('charge_kind'), 'x_ServiceTier': 'price_tier',
        'x_ContextTier': 'context_tier', 'x_Region': 'rated_region',
    }) }} end as "SkuPriceDetails",
    case
        when charge_category = 'Purchase' then bought_price
        when sku_id is not null
            then concat_ws('/', sku_id, price_tier, '>' || nullif(context_tier, 0), '@' || rated_region)
    end as "SkuPriceId",
    nullif(trim(project), '') as "SubAccountId",
    nullif(trim(project), '') as "SubAccountName",
    {{ focus_json({
        'environment': 'environment', 'service': 'service_name', 'team': 'team', 'project': 'project',
        'cost_center': 'cost_center', 'feature': 'feature', 'customer': 'customer_id',
    }) }} as "Tags",
    charge_id as "x_ChargeId",
    charge_type as "x_ChargeType",
    tokens as "x_ConsumedTokens",
    context_tier as "x_ContextTier",
    cost_source as "x_CostSource",
    model as "x_ModelName",
    price_id as "x_PriceId",
    rated_service_tier as "x_ServiceTier",
    spend_class as "x_SpendClass",
    task_id as "x_TaskId",
    team as "x_Team",
    case when unit = 'token' then {{ focus_meter('charge_kind') }} end as "x_TokenType",
    traffic_source as "x_TrafficSource",
    workflow_id as "x_Workflow",
    call_id as "x_CallId",
    started_at as "x_StartedAt"
from priced
{%- endmacro %}

{# `main.focus_rows(per, first, last)`: the table macro that `spanledger export focus` reads. #}
{% macro focus_rows_macro(relation) -%}
create or replace macro {{ relation.schema }}.focus_rows(per, first, last) as table (
{{ focus_rows(relation.schema, 'per', 'first', 'last') }}
)
{%- endmacro %}
