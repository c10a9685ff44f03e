-- Calls of a month that nobody has a price for, and their models: by day, as days are kept when calls are not.
select
    coalesce(sum(calls), 0)::bigint as calls,
    coalesce(list(distinct coalesce(model, 'no model named') order by coalesce(model, 'no model named')), []) as models
from rpt_calls_daily
where cost_source = 'unpriced' and date >= $month and date < $month + interval 1 month
