-- Agents and the tools that were used in the runs of the touched tasks: what a loop does beside its calls.
with fresh as (
    select
        trace_key,
        run_key,
        organization,
        trace_id,
        run_id,
        span_id,
        coalesce(inherited_task_id, resource_task_id) as tagged_task_id,
        agent_span_id,
        {{ is_agent_span('context') }} as is_agent,
        effective_step as step,
        case when {{ is_agent_span('context') }} then coalesce(agent_name, name) else coalesce(tool_name, name) end as name,
        input_hash,
        coalesce(status_code, 0) = 2 or error_type is not null as is_error,
        started_ns,
        {{ utc_date('started_ns') }} as date
    from {{ ref('int_span_context') }} as context
    where {{ is_agent_span('context') }} or role = 'tool'
)

select * from fresh
union all by name
select * from {{ history_of('int_agent_spans', 'run_key', 'select run_key from ' ~ ref('int_task_runs')) }}
where
    run_key in (select run_key from {{ ref('int_task_runs') }})
    and trace_key not in (select trace_key from {{ ref('int_touched_traces') }})
