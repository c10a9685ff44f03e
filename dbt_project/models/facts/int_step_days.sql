{{ config(materialized='daily', touched_by=['int_task_steps']) }}
-- Task × step by the way it took, for judging policies: sums of the tasks whose outcome is known, others counted beside.
select
    date,
    organization,
    environment,
    workflow_id,
    step,
    task_traffic_source as traffic_source,
    first_model,
    last_model,
    models > 1 as is_changed,
    coalesce(models > 1 and is_dearer, false) as is_escalation,
    count(*) filter (where outcome in ('success', 'failure')) as tasks,
    count(*) filter (where outcome = 'success') as successes,
    count(*) filter (where outcome not in ('success', 'failure')) as unknown_outcomes,
    count(*) filter (where outcome in ('success', 'failure') and unknown_cost_calls > 0) as unknown_cost_tasks,
    {{ money("coalesce(sum(chain_cost_usd) filter (where outcome in ('success', 'failure')), 0)") }} as cost_usd,
    {{ money("coalesce(sum(sunk_cost_usd) filter (where outcome in ('success', 'failure')), 0)") }} as sunk_cost_usd,
    coalesce({{ ordered_sum('power(cast(chain_cost_usd - sunk_cost_usd as double), 2)', "outcome in ('success', 'failure')") }}, 0)
        as last_cost_squared
from {{ ref('int_task_steps') }}
where date in ({{ touched_dates('int_task_steps') }})
group by all
