{{ config(materialized='daily', touched_by=['int_calls']) }}
-- What sampling left of each service's calls, and, apart from every other total, what all of them would have cost:
-- each observed call times its weight (Horvitz and Thompson). The calls of a trace are kept or dropped together, so the
-- standard error goes by trace. Each term is rounded to a pico-dollar first, so that no order of adding shows.
with calls as (
    select
        date,
        organization,
        environment,
        service_name,
        trace_id,
        sampler,
        sample_weight,
        cost_usd,
        {{ money('cast(cost_usd as double) * coalesce(sample_weight, 1)') }} as estimated_cost_usd
    from {{ ref('fct_calls') }}
    where date in ({{ touched_dates('int_calls') }})
),

traces as (
    select
        date,
        organization,
        environment,
        service_name,
        count(*) as calls,
        count(*) filter (where sampler is not null and sample_weight is distinct from 1) as sampled_calls,
        count(*) filter (where sampler is not null and sample_weight is null) as unknown_probability_calls,
        min(1 / sample_weight) filter (where sampler is not null) as min_probability,
        {{ money("coalesce(sum(cost_usd), 0)") }} as cost_usd,
        count(*) filter (where cost_usd is null) as unknown_cost_calls,
        cast(coalesce(sum(coalesce(sample_weight, 1)), 0) as decimal(28, 6)) as estimated_calls,
        {{ money("coalesce(sum(estimated_cost_usd), 0)") }} as estimated_cost_usd,
        (1 - coalesce(min(1 / sample_weight), 1)) * cast(coalesce(sum(estimated_cost_usd), 0) as double) ** 2 as variance
    from calls
    group by date, organization, environment, service_name, trace_id
)

select
    date,
    organization,
    environment,
    service_name,
    cast(sum(calls) as bigint) as calls,
    cast(sum(sampled_calls) as bigint) as sampled_calls,
    cast(sum(unknown_probability_calls) as bigint) as unknown_probability_calls,
    min(min_probability) as min_probability,
    cast(sum(calls) as double) / cast(sum(estimated_calls) as double) as kept_share,
    {{ money('sum(cost_usd)') }} as cost_usd,
    cast(sum(unknown_cost_calls) as bigint) as unknown_cost_calls,
    cast(sum(estimated_calls) as double) as estimated_calls,
    {{ money('sum(estimated_cost_usd)') }} as estimated_cost_usd,
    sqrt(sum(variance order by variance)) as estimated_cost_standard_error_usd,
    case
        when sum(sampled_calls) = 0 then 'not sampled'
        when sum(unknown_probability_calls) > 0 then 'estimate, at least'
        else 'estimate'
    end as label
from traces
group by date, organization, environment, service_name
