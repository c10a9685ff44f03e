-- Each call with the shape by which `rpt_call_shapes` sums like calls.
with shaped as (
    {{ call_shapes() }}
)

select
    date,
    call_id,
    {{ shape_columns() | join(',\n    ') }},
    cost_usd
from shaped
