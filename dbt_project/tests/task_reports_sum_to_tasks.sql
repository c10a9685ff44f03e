-- The daily task metrics hold every task that counts, by customer too, and their figures stand in the order they must.
with reported as (
    select
        task_date,
        sum(tasks) as tasks,
        sum(successes) as successes,
        sum(failures) as failures,
        sum(unknown_outcomes) as unknown_outcomes,
        sum(pending) as pending,
        sum(cost_usd) as cost_usd,
        bool_or(tasks != successes + failures + unknown_outcomes) as has_lost_outcome,
        bool_or((successes = 0) != (cost_per_successful_task_usd is null)) as has_ratio_without_success,
        bool_or(
            bound_low_usd > cost_per_successful_task_usd or cost_per_successful_task_usd > bound_high_usd
            or ci_low_usd > cost_per_successful_task_usd or cost_per_successful_task_usd > ci_high_usd
            or p50_task_cost_usd > p95_task_cost_usd or ci_low_usd < 0
        ) as has_crossed_bounds,
        bool_or(
            (traffic_source = 'production' and fully_loaded_cost_per_successful_task_usd < cost_per_successful_task_usd)
            or (traffic_source != 'production' and fully_loaded_cost_per_successful_task_usd is not null)
        ) as has_wrong_load
    from {{ ref('rpt_cost_per_successful_task') }}
    where task_date in ({{ touched_dates('int_tasks') }})
    group by task_date
),

days as (
    select
        task_date,
        count(*) filter (where not is_pending) as tasks,
        count(*) filter (where outcome = 'success') as successes,
        count(*) filter (where outcome = 'failure') as failures,
        count(*) filter (where outcome = 'unknown') as unknown_outcomes,
        count(*) filter (where is_pending) as pending,
        coalesce(sum(cost_usd) filter (where not is_pending), 0) as cost_usd
    from {{ ref('fct_tasks') }}
    where is_tasked and task_date in ({{ touched_dates('int_tasks') }})
    group by task_date
),

customers as (
    select
        task_date,
        sum(tasks) as tasks,
        sum(successes) as successes,
        sum(failures) as failures,
        sum(cost_usd) as cost_usd
    from {{ ref('rpt_tasks_daily') }}
    where task_date in ({{ touched_dates('int_tasks') }})
    group by task_date
)

select *
from reported
full join days using (task_date)
full join customers using (task_date)
where
    coalesce(customers.tasks, 0) is distinct from coalesce(days.tasks, 0)
    or coalesce(customers.successes, 0) is distinct from coalesce(days.successes, 0)
    or coalesce(customers.failures, 0) is distinct from coalesce(days.failures, 0)
    or coalesce(customers.cost_usd, 0) is distinct from coalesce(days.cost_usd, 0)
    or reported.tasks is distinct from days.tasks
    or reported.successes is distinct from days.successes
    or reported.failures is distinct from days.failures
    or reported.unknown_outcomes is distinct from days.unknown_outcomes
    or reported.pending is distinct from days.pending
    or reported.cost_usd is distinct from days.cost_usd
    or has_lost_outcome or has_ratio_without_success or has_crossed_bounds or has_wrong_load
