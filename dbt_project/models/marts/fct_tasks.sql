select
    tasks.organization,
    tasks.task_id,
    tasks.task_traffic_source as traffic_source,
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
    tasks.task_size as size,
    {{ at_utc('tasks.started_ns') }} as started_at,
    {{ at_utc('tasks.ended_ns') }} as ended_at,
    (tasks.ended_ns - tasks.started_ns) / 1e6 as latency_ms,
    tasks.active_ns / 1e6 as active_ms,
    tasks.runs,
    tasks.calls,
    tasks.cost_usd,
    tasks.overhead_cost_usd,
    case
        when tasks.is_tasked and tasks.task_traffic_source = 'production'
            then {{ money('coalesce(cast(tasks.cost_usd as double) * rates.rate, 0)') }}
        else {{ money(0) }}
    end as allocated_cost_usd,
    tasks.unknown_cost_calls,
    tasks.is_tasked,
    case when tasks.is_pending then 'pending' else tasks.outcome end as outcome,
    tasks.outcome_source,
    tasks.outcome_at,
    tasks.outcome_by,
    tasks.is_pending,
    {{ at_utc('tasks.pending_until_ns') }} as pending_until,
    tasks.outcome_score,
    tasks.units,
    tasks.units_succeeded,
    tasks.is_escalated
from {{ ref('int_tasks') }} as tasks
left join {{ ref('int_pool_rates') }} as rates
    on cast(date_trunc('month', tasks.task_date) as date) = rates.month
    and tasks.organization = rates.organization
    and coalesce(tasks.team, '') = rates.team
    and coalesce(tasks.project, '') = rates.project
