-- What the loops of the touched tasks did with tools. A repeat is the same tool with the same arguments again in one loop;
-- the third of the same in a row is where a loop is known to go in circles.
with tools as (
    select
        runs.organization,
        runs.task_id,
        runs.task_traffic_source,
        runs.run_id,
        {{ loop_key('spans.trace_id', 'spans.agent_span_id', 'spans.step') }} as loop_key,
        spans.name,
        spans.input_hash,
        spans.is_error,
        spans.started_ns,
        spans.span_id
    from {{ ref('int_agent_sightings') }} as spans
    inner join {{ ref('int_task_runs') }} as runs
        on spans.organization = runs.organization
        and spans.trace_id = runs.trace_id
        and spans.run_id = runs.run_id
        and spans.tagged_task_id is not distinct from runs.tagged_task_id
    where not spans.is_agent
),

placed as (
    select
        *,
        row_number() over (same_use order by started_ns, span_id) as place_of_same,
        row_number() over (tools_loop order by started_ns, span_id)
        - row_number() over (same_use order by started_ns, span_id) as stretch
    from tools
    window
        tools_loop as (partition by organization, task_id, task_traffic_source, run_id, loop_key),
        same_use as (partition by organization, task_id, task_traffic_source, run_id, loop_key, name, input_hash)
),

in_a_row as (
    select
        *,
        row_number() over (
            partition by organization, task_id, task_traffic_source, run_id, loop_key, name, input_hash, stretch
            order by started_ns, span_id
        ) as times_in_a_row
    from placed
)

select
    organization,
    task_id,
    task_traffic_source,
    run_id,
    loop_key,
    count(*) as tool_calls,
    count(*) filter (where is_error) as tool_errors,
    count(*) filter (where input_hash is not null) as hashed_tool_calls,
    count(*) filter (where input_hash is not null and place_of_same > 1) as repeated_tool_calls,
    min(started_ns) filter (where input_hash is not null and times_in_a_row = {{ var('same_tool_in_a_row') }}) as circle_ns
from in_a_row
group by organization, task_id, task_traffic_source, run_id, loop_key
