{{ config(materialized='daily', touched_by=['int_calls']) }}
-- What the explorer's pages ask of the whole days of a period, so that they read single calls only where the period cuts a day.
select
    date,
    organization,
    environment,
    team,
    project,
    workflow_id,
    step,
    model,
    provider,
    traffic_source,
    spend_class,
    cost_source,
    cost_center,
    feature,
    count(*) as calls,
    count(*) filter (where cost_usd is null) as unknown_cost_calls,
    count(*) filter (where cost_usd = 0) as zero_cost_calls,
    cast(coalesce(sum(input_tokens), 0) as bigint) as input_tokens,
    cast(coalesce(sum(output_tokens), 0) as bigint) as output_tokens,
    cast(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)) filter (
        where is_usage_known and cost_usd is not null and cost_source != 'response_cache'
    ) as bigint) as covered_tokens,
    {{ money("sum(cost_usd) filter (where is_usage_known and cost_source != 'response_cache')") }} as covered_cost_usd,
    {{ money('sum(list_cost_usd) filter (where cost_usd is not null)') }} as list_cost_usd,
    {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd
from {{ ref('fct_calls') }}
where date in ({{ touched_dates('int_calls') }})
group by all
order by date
