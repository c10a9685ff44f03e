-- What the days asked for cost, as FOCUS rows, in an order that tells all rows apart.
select *
from focus_rows(getvariable('per'), getvariable('first'), getvariable('last'))
order by
    "ChargePeriodStart",
    "BillingAccountId",
    "ChargeCategory",
    "SkuPriceId",
    "x_Workflow",
    "x_TaskId",
    "x_CallId",
    "x_TrafficSource",
    "x_SpendClass",
    "x_CostSource",
    "Tags",
    "RegionId",
    "x_PriceId",
    "ChargeDescription",
    "PricingQuantity",
    "EffectiveCost"
