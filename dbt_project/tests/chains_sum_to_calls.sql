-- What a task of this build paid at a step is the same whichever way it went through the models, and what was sunk is a
-- part of it.
with chains as (
    select
        organization,
        task_id,
        task_traffic_source,
        sum(attempts) as attempts,
        sum(chain_cost_usd) as cost_usd,
        bool_and(sunk_cost_usd between least(0, chain_cost_usd) and greatest(0, chain_cost_usd)) as is_sunk_a_part
    from {{ ref('int_task_steps') }}
    where
        date in ({{ written_dates('int_task_steps') }})
        and task_key in (select task_key from {{ ref('int_touched_tasks') }})
        and step is not null
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
    where
        is_tasked
        and traffic_source = task_traffic_source
        and step is not null
        and model is not null
        and coalesce(operation, '') not in {{ operations_that_generate_nothing() }}
    group by organization, task_id, task_traffic_source
)

select *
from chains
full join calls using (organization, task_id, task_traffic_source)
where
    chains.attempts is distinct from calls.calls
    or chains.cost_usd is distinct from calls.cost_usd
    or not chains.is_sunk_a_part
