-- Models called in the last seven days of data that nobody has a price for.
select
    provider,
    model,
    organization,
    count(*) as calls,
    cast(coalesce(sum(input_tokens), 0) + coalesce(sum(output_tokens), 0) as bigint) as tokens,
    min(started_at) as first_at
from fct_calls
where cost_source = 'unpriced' and date > (select max(date) from fct_calls) - 7
group by all
order by provider, model, organization
