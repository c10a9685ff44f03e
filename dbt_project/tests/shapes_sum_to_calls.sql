-- Shapes of calls hold every call and its cost once; what was paid again by runs that began again is within the retry
-- duplicates; what was read from a cache is within the input.
select
    shapes.date,
    shapes.organization,
    shapes.calls,
    shapes.cost_usd,
    shapes.paid_again_usd,
    facts.retry_duplicate_usd
from (
    select
        date,
        organization,
        sum(calls) as calls,
        sum(cost_usd) as cost_usd,
        sum(cost_usd) filter (where paid_again != 'no') as paid_again_usd,
        count(*) filter (where cached_input_tokens + cache_write_tokens > input_tokens) as beyond
    from {{ ref('rpt_call_shapes') }}
    where date in ({{ touched_dates('int_calls') }})
    group by all
) as shapes
full join (
    select
        date,
        organization,
        count(*) as calls,
        coalesce(sum(cost_usd), 0) as cost_usd,
        sum(cost_usd) filter (where spend_class = 'retry_duplicate') as retry_duplicate_usd
    from {{ ref('fct_calls') }}
    where date in ({{ touched_dates('int_calls') }})
    group by all
) as facts
    on shapes.date = facts.date and shapes.organization = facts.organization
where
    shapes.calls is distinct from facts.calls
    or shapes.cost_usd is distinct from facts.cost_usd
    or coalesce(shapes.paid_again_usd, 0) > coalesce(facts.retry_duplicate_usd, 0)
    or shapes.beyond > 0
