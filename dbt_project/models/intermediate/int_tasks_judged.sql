-- One row per touched task: what it cost, how long it took, what it came to.
with spent as (
    select
        organization,
        task_id,
        task_traffic_source,
        count(*) as calls,
        min(started_ns) as first_call_ns,
        {{ money('sum(cost_usd) filter (where traffic_source = task_traffic_source)') }} as cost_usd,
        {{ money('sum(cost_usd) filter (where traffic_source != task_traffic_source)') }} as overhead_cost_usd,
        {{ money("sum(cost_usd) filter (where traffic_source = 'unknown')") }} as unknown_source_cost_usd,
        count(*) filter (where cost_usd is null) as unknown_cost_calls,
        max(models_at_step) > 1 as is_escalated
    from (
        select
            *,
            count(distinct model) over (partition by organization, task_id, task_traffic_source, step) as models_at_step
        from {{ ref('int_calls_classified') }}
    ) as calls
    group by organization, task_id, task_traffic_source
),

by_model as (
    select
        organization,
        task_id,
        task_traffic_source,
        model,
        sum(cost_usd) as cost_usd,
        count(*) as calls,
        count(*) filter (where cost_usd is null) as unknown_cost_calls
    from {{ ref('int_calls_classified') }}
    where traffic_source = task_traffic_source
    group by all
),

-- its calls of its own traffic source alone, and the model that most of their cost went to
own as (
    select
        organization,
        task_id,
        task_traffic_source,
        arg_max(model, (coalesce(cost_usd, 0), model)) as model,
        cast(sum(calls) as bigint) as calls,
        cast(sum(unknown_cost_calls) as bigint) as unknown_cost_calls
    from by_model
    group by all
)

select
    heads.* exclude (has_tag, last_run_id, last_run_ended_ns, has_failed_run, run_error, outcome_window_ns),
    outcomes.outcome_score,
    case when outcomes.units_succeeded between 0 and outcomes.units then outcomes.units end as units,
    case when outcomes.units_succeeded between 0 and outcomes.units then outcomes.units_succeeded end as units_succeeded,
    outcomes.outcome,
    outcomes.outcome_source,
    outcomes.outcome_at,
    outcomes.outcome_by,
    outcomes.pending_until_ns,
    outcomes.is_pending,
    outcomes.is_tasked,
    coalesce(spent.calls, 0) as calls,
    -- no known cost at all is unknown, not zero
    spent.cost_usd as known_cost_usd,
    {{ money('coalesce(spent.cost_usd, 0)') }} as cost_usd,
    {{ money('coalesce(spent.overhead_cost_usd, 0)') }} as overhead_cost_usd,
    {{ money('coalesce(spent.unknown_source_cost_usd, 0)') }} as unknown_source_cost_usd,
    coalesce(spent.unknown_cost_calls, 0) as unknown_cost_calls,
    coalesce(spent.is_escalated, false) as is_escalated,
    own.model,
    coalesce(own.calls, 0) as own_calls,
    coalesce(own.unknown_cost_calls, 0) as own_unknown_cost_calls,
    {{ utc_date('coalesce(spent.first_call_ns, heads.started_ns)') }} as task_date
from {{ ref('int_task_heads') }} as heads
inner join {{ ref('int_task_outcomes') }} as outcomes using (organization, task_id, task_traffic_source)
left join spent using (organization, task_id, task_traffic_source)
left join own using (organization, task_id, task_traffic_source)
-- without a call, only a task tag or an outcome makes a task: the root of a run that holds other tasks is none
where spent.calls is not null or heads.task_source = 'task' or outcomes.outcome != 'unknown'
