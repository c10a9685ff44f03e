{{ config(post_hook="{{ statistics_macros(this.schema) }}") }}
with loaded as (
    select
        days.*,
        cast(days.cost_usd as double) as cost,
        case when days.traffic_source = 'production' then
            cast(days.cost_usd as double) * coalesce(rates.rate, 0)
        end as overhead,
        {{ relative_variance(
            'days.units', 'cost', 'days.successes', 'days.unit_cost_squared', 'days.unit_cost_successes',
            'days.unit_successes_squared'
        ) }} as variance
    from {{ ref('int_task_days') }} as days
    left join {{ ref('int_pool_rates') }} as rates
        on cast(date_trunc('month', days.task_date) as date) = rates.month
        and days.organization = rates.organization
        and coalesce(days.team, '') = rates.team
        and coalesce(days.project, '') = rates.project
)

select
    task_date,
    organization,
    environment,
    workflow_id,
    team,
    project,
    prompt_version,
    traffic_source,
    tasks,
    successes,
    failures,
    unknown_outcomes,
    pending,
    unknown_cost_tasks,
    zero_cost_tasks,
    cost_usd,
    {{ money_per('cost_usd', 'successes') }} as cost_per_successful_task_usd,
    {{ money_per('known_cost_usd', 'known_successes') }} as known_cost_per_successful_task_usd,
    {{ money(money_per('cost_usd', 'successes') ~ ' + ' ~ money('overhead / nullif(successes, 0)')) }}
        as fully_loaded_cost_per_successful_task_usd,
    {{ money(interval_end(-1, 'units', 'cost', 'successes', 'variance')) }} as ci_low_usd,
    {{ money(interval_end(1, 'units', 'cost', 'successes', 'variance')) }} as ci_high_usd,
    units as ci_units,
    {{ is_heavy_tailed('tasks', 'cost', 'cast(max_task_cost_usd as double)') }} as is_heavy_tailed,
    {{ money_per('cost_usd', '(successes + unknown_outcomes)') }} as bound_low_usd,
    {{ money_per('cost_usd', 'successes') }} as bound_high_usd,
    {{ money_of_double('p50_task_cost_usd') }} as p50_task_cost_usd,
    {{ money_of_double('p95_task_cost_usd') }} as p95_task_cost_usd,
    p95_latency_ms,
    p95_active_ms
from loaded
