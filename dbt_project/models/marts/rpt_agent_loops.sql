with limited as (
    select
        loops.*,
        limits.usual_loops,
        limits.usual_steps,
        limits.step_limit,
        least(limits.step_limit, loops.circle_step) as stop_step
    from {{ ref('int_loops') }} as loops
    left join {{ ref('int_loop_limits') }} as limits
        on loops.organization = limits.organization
        and loops.workflow_id is not distinct from limits.workflow_id
        and loops.is_agent = limits.is_agent
        and loops.loop_name is not distinct from limits.loop_name
    {{ where_kept('loops.date') }}
)

select
    date,
    organization,
    environment,
    workflow_id,
    team,
    task_traffic_source as traffic_source,
    task_id,
    run_id as workflow_run_id,
    trace_id,
    case when is_agent then 'agent' else 'step' end as kind,
    loop_name as agent,
    agent_span_id,
    step,
    {{ at_utc('started_ns') }} as started_at,
    (ended_ns - started_ns) / 1e6 as duration_ms,
    steps,
    calls,
    tool_calls,
    tool_errors,
    hashed_tool_calls,
    repeated_tool_calls,
    input_tokens,
    output_tokens,
    cost_usd,
    unknown_cost_calls,
    has_error,
    outcome,
    usual_loops,
    usual_steps,
    step_limit,
    coalesce(stop_step < steps, false) as is_runaway,
    case when stop_step < steps then stop_step end as stop_step,
    case when stop_step < steps then case when circle_step = stop_step then 'same tool call' else 'too many steps' end end
        as stop_reason,
    {{ money('case when stop_step < steps then coalesce(list_sum(cast(step_costs[stop_step + 1:] as decimal(38, 12)[])), 0) else 0 end') }}
        as cost_after_stop_usd
from limited
