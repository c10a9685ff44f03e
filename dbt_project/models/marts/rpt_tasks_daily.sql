-- What the explorer's pages make cost per success and its interval from, for any days and groups.
select
    task_date,
    organization,
    environment,
    workflow_id,
    team,
    project,
    prompt_version,
    feature,
    size,
    traffic_source,
    customer_id,
    user_id,
    tasks,
    successes,
    failures,
    unknown_cost_tasks,
    cost_usd,
    success_cost_usd,
    cost_squared,
    max_task_cost_usd
from {{ ref('int_customer_task_days') }}
{{ where_kept('task_date') }}
