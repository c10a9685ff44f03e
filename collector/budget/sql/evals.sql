-- What evaluations say of each model in a workflow: tasks of traffic source eval with a verdict, all of whose steps one model
-- alone answered.
with tasks as (
    select
        organization,
        workflow_id,
        min(first_model) as model,
        any_value(outcome) = 'success' as is_success,
        case when sum(unknown_cost_calls) = 0 then sum(chain_cost_usd) end as cost_usd
    from facts.int_task_steps
    where
        task_traffic_source = 'eval'
        and outcome in ('success', 'failure')
        and first_model is not null
        and date >= $since::date
    group by organization, workflow_id, task_id
    having max(models) = 1 and min(first_model) = max(first_model)
)

select
    organization,
    workflow_id,
    model,
    count(*) as tasks,
    count(*) filter (where is_success) as successes,
    case when count(*) = count(cost_usd) then cast(sum(cost_usd) / count(*) as decimal(28, 12)) end as mean_cost_usd
from tasks
where workflow_id is not null
group by organization, workflow_id, model
