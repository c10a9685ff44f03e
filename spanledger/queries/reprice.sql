-- What the published calls of a period cost by the rates known at an instant, beside what is published; one row per
-- provider and model, where anything differs first.
select
    provider,
    model,
    count(distinct call_id) as calls,
    sum(effective_cost_usd) as cost_usd,
    sum(as_of_cost_usd) as as_of_cost_usd,
    coalesce(sum(as_of_cost_usd), 0) - coalesce(sum(effective_cost_usd), 0) as difference_usd
from charges_as_of($as_of::timestamptz)
where date between $first::date and $last::date
group by provider, model
order by abs(difference_usd) desc, provider, model
