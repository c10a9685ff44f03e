{{ config(
    materialized='history', replace_key='task_key', touched='scratch.intermediate.int_touched_tasks', date_column='date'
) }}
-- The loops of the touched tasks: how many steps each took, with what, and what each of its steps cost.
with steps as (
    select
        organization,
        task_id,
        task_traffic_source,
        run_id,
        loop_key,
        step_number,
        min(started_ns) as started_ns,
        {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd
    from {{ ref('int_loop_calls') }}
    group by organization, task_id, task_traffic_source, run_id, loop_key, step_number
),

step_lists as (
    select
        steps.organization,
        steps.task_id,
        steps.task_traffic_source,
        steps.run_id,
        steps.loop_key,
        list(steps.cost_usd order by steps.step_number) as step_costs,
        -- the step that asked for the tool that went in circles
        cast(max(steps.step_number) filter (where steps.started_ns <= tools.circle_ns) as bigint) as circle_step
    from steps
    left join {{ ref('int_loop_tools') }} as tools using (organization, task_id, task_traffic_source, run_id, loop_key)
    group by steps.organization, steps.task_id, steps.task_traffic_source, steps.run_id, steps.loop_key
),

loops as (
    select
        organization,
        task_id,
        task_traffic_source,
        run_id,
        loop_key,
        bool_or(is_agent) as is_agent,
        any_value(agent_span_id) as agent_span_id,
        arg_min(trace_id, (started_ns, call_id)) as trace_id,
        arg_min(step, (started_ns, call_id)) filter (where not is_agent) as step,
        arg_min(coalesce(workflow_id, run_workflow_id), (started_ns, call_id)) as workflow_id,
        arg_min_null(environment, (started_ns, call_id)) as environment,
        arg_min_null(team, (started_ns, call_id)) as team,
        count(*) filter (where is_step) as steps,
        count(*) as calls,
        cast(sum(input_tokens) as bigint) as input_tokens,
        cast(sum(output_tokens) as bigint) as output_tokens,
        {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd,
        count(*) filter (where cost_usd is null) as unknown_cost_calls,
        min(started_ns) as started_ns,
        max(coalesce(ended_ns, started_ns)) as ended_ns
    from {{ ref('int_loop_calls') }}
    group by organization, task_id, task_traffic_source, run_id, loop_key
    having bool_or(is_agent) or count(*) filter (where is_step) > 1
)

select
    loops.* exclude (loop_key),
    coalesce(agents.name, loops.step) as loop_name,
    coalesce(agents.is_error, false) as has_error,
    step_lists.step_costs,
    step_lists.circle_step,
    coalesce(tools.tool_calls, 0) as tool_calls,
    coalesce(tools.tool_errors, 0) as tool_errors,
    coalesce(tools.hashed_tool_calls, 0) as hashed_tool_calls,
    coalesce(tools.repeated_tool_calls, 0) as repeated_tool_calls,
    tasks.task_key,
    tasks.outcome,
    {{ utc_date('loops.started_ns') }} as date
from loops
inner join step_lists using (organization, task_id, task_traffic_source, run_id, loop_key)
inner join {{ ref('int_tasks_judged') }} as tasks using (organization, task_id, task_traffic_source)
left join {{ ref('int_loop_tools') }} as tools using (organization, task_id, task_traffic_source, run_id, loop_key)
left join {{ ref('int_agent_sightings') }} as agents
    on loops.organization = agents.organization
    and loops.trace_id = agents.trace_id
    and loops.agent_span_id = agents.span_id
