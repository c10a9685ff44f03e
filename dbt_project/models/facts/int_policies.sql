-- What is known of each policy "cheap model first": the tasks that followed it and those given the expensive model at once.
with period as (
    select max(date) as last_date from {{ ref('int_step_days') }}
),

days as (
    select
        days.*,
        period.last_date
    from {{ ref('int_step_days') }} as days
    inner join period on days.date > period.last_date - {{ var('policy_days') }}
),

policies as (
    select distinct
        organization,
        environment,
        workflow_id,
        step,
        traffic_source,
        first_model as cheap_model,
        last_model as expensive_model
    from days
    where is_escalation
),

-- Of the cheap-first tasks some got the expensive model and some never saw it; direct ones were given it at once.
ways as (
    select
        policies.*,
        days.date,
        days.last_date,
        days.tasks,
        days.successes,
        days.unknown_outcomes,
        days.unknown_cost_tasks,
        days.cost_usd,
        days.sunk_cost_usd,
        days.last_cost_squared,
        days.first_model = policies.cheap_model as is_cheap_first,
        days.last_model = policies.expensive_model as is_expensive
    from policies
    inner join days
        on policies.organization = days.organization
        and policies.environment is not distinct from days.environment
        and policies.workflow_id is not distinct from days.workflow_id
        and policies.step is not distinct from days.step
        and policies.traffic_source = days.traffic_source
        and (
            days.first_model = policies.cheap_model
            and (days.last_model = policies.expensive_model or not days.is_changed)
            or days.first_model = policies.expensive_model and not days.is_changed
        )
)

select
    organization,
    environment,
    workflow_id,
    step,
    traffic_source,
    cheap_model,
    expensive_model,
    any_value(last_date) as period_to,
    cast(coalesce(sum(tasks) filter (where is_cheap_first), 0) as bigint) as tasks,
    cast(coalesce(sum(successes) filter (where is_cheap_first), 0) as bigint) as successes,
    cast(coalesce(sum(unknown_outcomes) filter (where is_cheap_first), 0) as bigint) as unknown_outcomes,
    cast(coalesce(sum(unknown_cost_tasks), 0) as bigint) as unknown_cost_tasks,
    cast(coalesce(sum(tasks) filter (where is_cheap_first and is_expensive), 0) as bigint) as escalated_tasks,
    cast(coalesce(sum(successes) filter (where is_cheap_first and is_expensive), 0) as bigint) as escalated_successes,
    cast(coalesce(sum(tasks) filter (where not is_cheap_first), 0) as bigint) as direct_tasks,
    cast(coalesce(sum(successes) filter (where not is_cheap_first), 0) as bigint) as direct_successes,
    {{ money('coalesce(sum(cost_usd) filter (where is_cheap_first), 0)') }} as cost_usd,
    {{ money('coalesce(sum(sunk_cost_usd) filter (where is_cheap_first), 0)') }} as sunk_cost_usd,
    cast(coalesce(sum(tasks) filter (where is_expensive), 0) as bigint) as expensive_tasks,
    cast(coalesce(sum(cost_usd - sunk_cost_usd) filter (where is_expensive), 0) as double) as expensive_cost,
    coalesce({{ ordered_sum('last_cost_squared', 'is_expensive') }}, 0) as expensive_cost_squared
from ways
group by organization, environment, workflow_id, step, traffic_source, cheap_model, expensive_model
