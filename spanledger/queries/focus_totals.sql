-- Rows of an export, what is billed in it, and what it costs.
select
    count(*),
    coalesce(sum("BilledCost"), 0),
    coalesce(sum("EffectiveCost"), 0)
from focus_rows(getvariable('per'), getvariable('first'), getvariable('last'))
