{{ config(
    materialized='history', replace_key='task_key', touched='scratch.intermediate.int_touched_tasks', date_column='date'
) }}
-- Each task's way through the models of a step: which came first, which last, what was spent before the last took over.
-- Calls of the task's own traffic that generate something; without a step only where one call is known to have taken
-- another's place, as calls that share nothing but their run are no chain.
with calls as (
    select
        organization,
        task_id,
        task_traffic_source,
        coalesce(workflow_id, run_workflow_id) as workflow_id,
        step,
        call_id,
        started_ns,
        coalesce(ended_ns, started_ns) as ended_ns,
        model,
        cost_usd,
        coalesce(input_tokens, 0) + coalesce(output_tokens, 0) as tokens,
        spend_class,
        lag(model) over chain as model_before
    from {{ ref('int_calls_classified') }}
    where
        is_tasked
        and traffic_source = task_traffic_source
        and model is not null
        and coalesce(operation, '') not in {{ operations_that_generate_nothing() }}
    window chain as (
        partition by organization, task_id, task_traffic_source, coalesce(workflow_id, run_workflow_id), step
        order by started_ns, call_id
    )
),

stretches as (
    select
        *,
        count(*) filter (where model != model_before) over (
            partition by organization, task_id, task_traffic_source, workflow_id, step
            order by started_ns, call_id rows between unbounded preceding and current row
        ) as stretch
    from calls
),

placed as (
    select
        *,
        stretch = max(stretch) over (partition by organization, task_id, task_traffic_source, workflow_id, step) as is_last
    from stretches
),

chains as (
    select
        organization,
        task_id,
        task_traffic_source,
        workflow_id,
        step,
        any_value(model) filter (where stretch = 0) as first_model,
        any_value(model) filter (where is_last) as last_model,
        string_agg(model, ' → ' order by started_ns, call_id) filter (where model_before is null or model != model_before)
            as model_path,
        count(distinct model) as models,
        count(*) as attempts,
        count(*) filter (where not is_last) as earlier_attempts,
        count(*) filter (where cost_usd is null) as unknown_cost_calls,
        {{ money('coalesce(sum(cost_usd), 0)') }} as chain_cost_usd,
        {{ money('coalesce(sum(cost_usd) filter (where not is_last), 0)') }} as sunk_cost_usd,
        -- dearer by the token, as paid in this chain
        case when any_value(model) filter (where stretch = 0) != any_value(model) filter (where is_last) then
            cast(sum(cost_usd) filter (where is_last) as double)
            / nullif(sum(tokens) filter (where is_last and cost_usd is not null), 0)
            > cast(sum(cost_usd) filter (where stretch = 0) as double)
            / nullif(sum(tokens) filter (where stretch = 0 and cost_usd is not null), 0)
        end as is_dearer,
        min(started_ns) as started_ns,
        max(ended_ns) as ended_ns
    from placed
    group by organization, task_id, task_traffic_source, workflow_id, step
    having step is not null or bool_or(spend_class = 'superseded_attempt')
)

select
    chains.*,
    tasks.task_key,
    tasks.environment,
    tasks.team,
    tasks.outcome,
    tasks.task_date as date
from chains
inner join {{ ref('int_tasks_judged') }} as tasks using (organization, task_id, task_traffic_source)
