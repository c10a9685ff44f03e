{{ config(materialized='daily', touched_by=['int_calls']) }}
-- A day of any time zone in use begins and ends with a quarter of an hour of UTC: sums over these rows are sums over its
-- days. The rows of a day stand together, so that a period's are found without reading the others.
select
    date,
    time_bucket(interval 15 minute, started_at) as quarter_at,
    organization,
    environment,
    team,
    project,
    workflow_id,
    model,
    traffic_source,
    spend_class,
    count(*) as calls,
    count(*) filter (where cost_usd is null) as unknown_cost_calls,
    cast(coalesce(sum(input_tokens), 0) as bigint) as input_tokens,
    cast(coalesce(sum(cached_input_tokens), 0) as bigint) as cached_input_tokens,
    cast(coalesce(sum(output_tokens), 0) as bigint) as output_tokens,
    {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd
from {{ ref('fct_calls') }}
where date in ({{ touched_dates('int_calls') }})
group by all
order by date
