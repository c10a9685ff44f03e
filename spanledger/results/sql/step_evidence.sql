-- What the evaluations of each step say of each model: tasks of traffic source eval with a verdict, of the last days before the
-- organization's newest of them, in which one model alone answered at that step.
with evaluated as (
    select
        organization,
        workflow_id,
        step,
        first_model as model,
        date,
        max(date) over (partition by organization) as newest_date,
        outcome = 'success' as is_success,
        case when unknown_cost_calls = 0 then chain_cost_usd end as cost_usd
    from facts.int_task_steps
    where
        task_traffic_source = 'eval'
        and outcome in ('success', 'failure')
        and models = 1
        and first_model is not null
)

select
    organization,
    workflow_id,
    step,
    model,
    count(*) as tasks,
    count(*) filter (where is_success) as successes,
    case when count(*) = count(cost_usd) then cast(sum(cost_usd) / count(*) as decimal(28, 12)) end as mean_cost_usd,
    case
        when count(*) = count(cost_usd) and count(*) > 1
            then stddev_samp(cost_usd::double) / nullif(avg(cost_usd::double), 0)
    end as cost_variation
from evaluated
where date > newest_date - $days::integer
group by organization, workflow_id, step, model
order by organization, workflow_id, step, model
