-- Calls of a month that nobody has a price for, and their models.
select
    count(*) as calls,
    coalesce(list(distinct coalesce(model, 'no model named') order by coalesce(model, 'no model named')), []) as models
from fct_calls
where cost_source = 'unpriced' and date >= $month and date < $month + interval 1 month
