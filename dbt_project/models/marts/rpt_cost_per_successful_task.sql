with loaded as (
    select
        days.*,
        case when days.traffic_source = 'production' then
            cast(days.cost_usd as double) * (1 + coalesce(rates.rate, 0))
        end as fully_loaded_cost,
        cast(days.cost_usd as double) / nullif(days.successes, 0) as ratio,
        -- residuals of cost against success under the ratio: sum of (cost - ratio * success) squared
        case when days.successes > 0 and days.tasks > 1 then
            sqrt(greatest(
                days.sum_cost_squared
                - 2 * cast(days.cost_usd as double) / days.successes * coalesce(days.success_cost, 0)
                + cast(days.cost_usd as double) * cast(days.cost_usd as double) / days.successes, 0
            ) * days.tasks / (days.tasks - 1)) / days.successes
        end as standard_error
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
    cast(0 as bigint) as pending,
    unknown_cost_tasks,
    zero_cost_tasks,
    cost_usd,
    {{ money('ratio') }} as cost_per_successful_task_usd,
    {{ money('cast(known_cost_usd as double) / nullif(known_successes, 0)') }} as known_cost_per_successful_task_usd,
    {{ money('fully_loaded_cost / nullif(successes, 0)') }} as fully_loaded_cost_per_successful_task_usd,
    {{ money('case when standard_error is not null then greatest(ratio - 1.96 * standard_error, 0) end') }} as ci_low_usd,
    {{ money('ratio + 1.96 * standard_error') }} as ci_high_usd,
    {{ money('cast(cost_usd as double) / nullif(successes + unknown_outcomes, 0)') }} as bound_low_usd,
    {{ money('ratio') }} as bound_high_usd,
    {{ money('p50_task_cost_usd') }} as p50_task_cost_usd,
    {{ money('p95_task_cost_usd') }} as p95_task_cost_usd,
    p95_latency_ms
from loaded
