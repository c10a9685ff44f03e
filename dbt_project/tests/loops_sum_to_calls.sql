-- Each call below an agent counts in one loop of this build, with its cost in one of the loop's steps; what came after a
-- stop is a part of the whole.
with loops as (
    select
        organization,
        task_id,
        task_traffic_source,
        sum(calls) as calls,
        sum(cost_usd) as cost_usd,
        sum(list_sum(step_costs)) as step_cost_usd
    from {{ ref('int_loops') }}
    where
        is_agent
        and date in ({{ written_dates('int_loops') }})
        and task_key in (select task_key from {{ ref('int_touched_tasks') }})
    group by organization, task_id, task_traffic_source
),

calls as (
    select
        organization,
        task_id,
        task_traffic_source,
        count(*) as calls,
        coalesce(sum(cost_usd), 0) as cost_usd
    from {{ ref('int_calls_classified') }}
    where is_tasked and traffic_source = task_traffic_source and agent_span_id is not null
    group by organization, task_id, task_traffic_source
)

select
    task_id,
    loops.calls as loop_calls,
    calls.calls,
    loops.cost_usd as loop_cost_usd,
    loops.step_cost_usd,
    calls.cost_usd
from loops
full join calls using (organization, task_id, task_traffic_source)
where
    loops.calls is distinct from calls.calls
    or loops.cost_usd is distinct from calls.cost_usd
    or loops.step_cost_usd is distinct from calls.cost_usd
union all
select
    task_id,
    steps,
    stop_step,
    cost_usd,
    cost_after_stop_usd,
    null
from {{ ref('rpt_agent_loops') }}
where date in ({{ touched_dates('int_loops') }}) and (cost_after_stop_usd not between 0 and cost_usd or is_runaway != (stop_step is not null))
