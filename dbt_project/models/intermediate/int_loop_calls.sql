-- Calls of the touched tasks in their loops, each with the step of the loop it belongs to: a call that generates begins a
-- step, what only embeds or ranks belongs to the step under way. A loop is what one agent does, up to the next agent below
-- it; in a run without agents, a step that the run repeats. A judge's calls are no part of it.
{%- set told = [
    'organization', 'task_id', 'task_traffic_source', 'run_id', 'call_id', 'trace_id', 'agent_span_id', 'step', 'workflow_id',
    'run_workflow_id', 'environment', 'team', 'input_tokens', 'output_tokens', 'cost_usd', 'started_ns', 'ended_ns',
] %}
with agent_runs as (
    select distinct organization, run_id
    from {{ ref('int_agent_sightings') }}
    where is_agent
),

calls as (
    select
        {{ select_list(told, 'calls.') }},
        calls.agent_span_id is not null as is_agent,
        {{ loop_key('calls.trace_id', 'calls.agent_span_id', 'calls.step') }} as loop_key,
        not calls.is_container_usage and coalesce(calls.operation, '') not in {{ operations_that_generate_nothing() }}
            as is_step
    from {{ ref('int_calls_classified') }} as calls
    left join agent_runs on calls.organization = agent_runs.organization and calls.run_id = agent_runs.run_id
    where
        calls.is_tasked
        and calls.traffic_source = calls.task_traffic_source
        and (calls.agent_span_id is not null or (agent_runs.run_id is null and calls.step is not null))
)

select
    *,
    greatest(sum(cast(is_step as integer)) over (
        partition by organization, task_id, task_traffic_source, run_id, loop_key
        order by started_ns, call_id rows between unbounded preceding and current row
    ), 1) as step_number
from calls
