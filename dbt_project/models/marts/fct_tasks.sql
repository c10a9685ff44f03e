-- Tasks with their direct cost, and beside it their share of the eval, replay and ops spend of their pool.
select
    tasks.organization,
    tasks.task_id,
    tasks.traffic_source,
    tasks.task_source,
    tasks.task_date,
    tasks.workflow_id,
    tasks.environment,
    tasks.team,
    tasks.project,
    tasks.cost_center,
    tasks.feature,
    tasks.customer_id,
    tasks.user_id,
    tasks.prompt_version,
    tasks.size,
    tasks.started_at,
    tasks.ended_at,
    tasks.latency_ms,
    tasks.active_ms,
    tasks.runs,
    tasks.calls,
    tasks.cost_usd,
    tasks.overhead_cost_usd,
    case
        when tasks.is_tasked and tasks.traffic_source = 'production'
            then {{ money('coalesce(cast(tasks.cost_usd as double) * rates.rate, 0)') }}
        else {{ money(0) }}
    end as allocated_cost_usd,
    tasks.unknown_cost_calls,
    tasks.is_tasked,
    tasks.outcome,
    tasks.outcome_source,
    tasks.outcome_at,
    tasks.outcome_by,
    tasks.is_pending,
    tasks.pending_until,
    tasks.outcome_score,
    tasks.units,
    tasks.units_succeeded,
    tasks.is_escalated
from {{ ref('fct_tasks_direct') }} as tasks
left join {{ ref('int_pool_rates') }} as rates
    on cast(date_trunc('month', tasks.task_date) as date) = rates.month
    and tasks.organization = rates.organization
    and coalesce(tasks.team, '') = rates.team
    and coalesce(tasks.project, '') = rates.project
