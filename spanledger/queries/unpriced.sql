-- Models whose calls have usage but no price, the ones with most tokens first.
select
    provider,
    model,
    count(*) as calls,
    sum(input_tokens) as input_tokens,
    sum(output_tokens) as output_tokens,
    min(started_at) as first_call_at,
    max(started_at) as last_call_at
from fct_calls
where cost_source = 'unpriced'
group by all
order by coalesce(sum(input_tokens), 0) + coalesce(sum(output_tokens), 0) desc, provider, model
