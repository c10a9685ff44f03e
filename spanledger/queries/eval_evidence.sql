-- What the evaluations of a step say of each model: tasks of traffic source eval with a verdict, in the last days before the
-- newest of them, in which one model alone answered at that step. Tasks that went through several tell of none alone.
with evaluated as (
    select
        first_model as model,
        date,
        outcome = 'success' as is_success,
        case when unknown_cost_calls = 0 then chain_cost_usd end as cost_usd
    from facts.int_task_steps
    where
        task_traffic_source = 'eval'
        and workflow_id = $workflow
        and step = $step
        and outcome in ('success', 'failure')
        and models = 1
        and first_model is not null
)

select
    model,
    count(*) as tasks,
    count(*) filter (where is_success) as successes,
    case when count(*) = count(cost_usd) then cast(sum(cost_usd) / count(*) as decimal(28, 12)) end as mean_cost_usd
from evaluated
where date > (select max(date) from evaluated) - $days::integer
group by model
order by model
