-- Like calls of the last days before each organization's newest, summed over the days.
select
    shapes.* exclude (
        date, calls, unknown_cost_calls, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
        cost_usd, input_cost_usd, cache_read_cost_usd, cache_write_cost_usd, output_cost_usd
    ),
    sum(shapes.calls)::bigint as calls,
    sum(shapes.unknown_cost_calls)::bigint as unknown_cost_calls,
    sum(shapes.input_tokens)::bigint as input_tokens,
    sum(shapes.cached_input_tokens)::bigint as cached_input_tokens,
    sum(shapes.cache_write_tokens)::bigint as cache_write_tokens,
    sum(shapes.output_tokens)::bigint as output_tokens,
    sum(shapes.cost_usd) as cost_usd,
    sum(shapes.input_cost_usd) as input_cost_usd,
    sum(shapes.cache_read_cost_usd) as cache_read_cost_usd,
    sum(shapes.cache_write_cost_usd) as cache_write_cost_usd,
    sum(shapes.output_cost_usd) as output_cost_usd
from main.rpt_call_shapes as shapes
inner join (
    select
        organization,
        max(date) as date
    from main.rpt_call_shapes
    group by all
) as newest on shapes.organization = newest.organization
where shapes.date > newest.date - $days::integer
group by all
order by all
