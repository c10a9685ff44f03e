{{ config(
    materialized='history', replace_key='task_day_key', touched='scratch.intermediate.int_touched_task_days',
    date_column='task_date'
) }}
-- depends_on: {{ ref('int_touched_task_days') }}
-- Tasks of a day whose outcome is not awaited, summed by what they are told apart by and by the customer, else the user, that
-- they share: what cost per success and its interval are made from, for any number of days.
select
    {{ day_key('task_date') }} as task_day_key,
    organization,
    environment,
    workflow_id,
    team,
    project,
    prompt_version,
    feature,
    task_size as size,
    task_traffic_source as traffic_source,
    customer_id,
    case when customer_id is null then user_id end as user_id,
    count(*) as tasks,
    count(*) filter (where outcome = 'success') as successes,
    count(*) filter (where outcome = 'failure') as failures,
    count(*) filter (where unknown_cost_calls > 0 or calls = 0) as unknown_cost_tasks,
    {{ money('sum(cost_usd)') }} as cost_usd,
    {{ money("coalesce(sum(cost_usd) filter (where outcome = 'success'), 0)") }} as success_cost_usd,
    {{ ordered_sum('power(cast(cost_usd as double), 2)') }} as cost_squared,
    max(cost_usd) as max_task_cost_usd,
    task_date
from {{ ref('int_tasks') }}
where is_tasked and not is_pending and task_date in ({{ touched_dates('int_tasks') }})
group by all
