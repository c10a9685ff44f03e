-- Cheap model first, as it was, beside "expensive model first", as it would have been for the same tasks.
-- What the expensive model costs a task, as paid on the tasks it got, with the error of that mean.
with costed as (
    select
        *,
        expensive_cost / nullif(expensive_tasks, 0) as mean_cost,
        case when expensive_tasks > 1 then
            {{ normal_quantile() }} * sqrt(
                greatest(expensive_cost_squared - expensive_cost * expensive_cost / expensive_tasks, 0)
                / (expensive_tasks - 1) / expensive_tasks
            )
        end as cost_error,
        {{ wilson_end('-1', 'direct_successes', 'direct_tasks') }} as direct_success_low,
        {{ wilson_end('1', 'direct_successes', 'direct_tasks') }} as direct_success_high,
        cast(cost_usd as double) / nullif(successes, 0) as ratio
    from {{ ref('int_policies') }}
),

-- Tasks it never saw succeed between none and all; what succeeded after escalating would have succeeded at once.
-- Tasks given to it at once narrow this, where the two can both be true.
bounded as (
    select
        *,
        coalesce(
            tasks * direct_success_low <= escalated_successes + tasks - escalated_tasks
            and tasks * direct_success_high >= escalated_successes,
            false
        ) as is_narrowed,
        case when is_narrowed then greatest(escalated_successes, tasks * direct_success_low) else escalated_successes end
            as successes_low,
        case
            when is_narrowed then least(escalated_successes + tasks - escalated_tasks, tasks * direct_success_high)
            else escalated_successes + tasks - escalated_tasks
        end as successes_high
    from costed
),

-- One task of the expensive model has no error of the mean, so no ends: `greatest` would take 0 for what is null.
compared as (
    select
        *,
        case when cost_error is not null then tasks * greatest(mean_cost - cost_error, 0) / nullif(successes_high, 0) end
            as ratio_low,
        tasks * (mean_cost + cost_error) / nullif(successes_low, 0) as ratio_high
    from bounded
)

select
    organization,
    environment,
    workflow_id,
    step,
    traffic_source,
    cheap_model,
    expensive_model,
    cast(period_to - {{ var('policy_days') }} + 1 as date) as period_from,
    period_to,
    tasks,
    successes,
    unknown_outcomes,
    unknown_cost_tasks,
    escalated_tasks,
    escalated_successes,
    escalated_tasks / nullif(tasks, 0) as escalated_share,
    {{ money('cost_usd') }} as cost_usd,
    {{ money('sunk_cost_usd') }} as sunk_cost_usd,
    {{ money_per('cost_usd', 'tasks') }} as cost_per_task_usd,
    {{ money_per('cost_usd', 'successes') }} as cost_per_success_usd,
    direct_tasks,
    direct_successes,
    round(direct_success_low, 10) as direct_success_low,
    round(direct_success_high, 10) as direct_success_high,
    is_narrowed,
    expensive_tasks,
    {{ money_of_double('mean_cost') }} as expensive_first_cost_per_task_usd,
    round(successes_low / nullif(tasks, 0), 10) as expensive_first_success_low,
    round(successes_high / nullif(tasks, 0), 10) as expensive_first_success_high,
    {{ money('round(ratio_low, 10)') }} as expensive_first_per_success_low_usd,
    {{ money('round(ratio_high, 10)') }} as expensive_first_per_success_high_usd,
    case
        when tasks < {{ var('policy_tasks') }} or expensive_tasks < {{ var('policy_tasks') }} then 'cannot tell'
        when ratio_high < ratio or (ratio is null and ratio_high is not null) then 'expensive first'
        when ratio_low > ratio then 'cheap first'
        else 'cannot tell'
    end as verdict
from compared
