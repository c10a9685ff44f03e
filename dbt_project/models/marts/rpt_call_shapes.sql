{{ config(materialized='daily', touched_by=['int_calls', 'int_call_charges', 'int_covered_charges']) }}
-- Like calls of a day, summed: as much as levers need to know.
with shaped as (
    {{ call_shapes(touched_dates('int_calls', 'int_call_charges', 'int_covered_charges')) }}
)

select
    date,
    {{ shape_columns() | join(',\n    ') }},
    count(*) as calls,
    count(*) filter (where cost_usd is null) as unknown_cost_calls,
    cast(coalesce(sum(input_tokens), 0) as bigint) as input_tokens,
    -- parts of an input that nobody said would be more than the whole
    cast(coalesce(sum(cached_input_tokens) filter (where input_tokens is not null), 0) as bigint) as cached_input_tokens,
    cast(coalesce(sum(cache_write_tokens) filter (where input_tokens is not null), 0) as bigint) as cache_write_tokens,
    cast(coalesce(sum(output_tokens), 0) as bigint) as output_tokens,
    {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd,
    {{ money('coalesce(sum(input_cost_usd), 0)') }} as input_cost_usd,
    {{ money('coalesce(sum(cache_read_cost_usd), 0)') }} as cache_read_cost_usd,
    {{ money('coalesce(sum(cache_write_cost_usd), 0)') }} as cache_write_cost_usd,
    {{ money('coalesce(sum(output_cost_usd), 0)') }} as output_cost_usd
from shaped
group by all
