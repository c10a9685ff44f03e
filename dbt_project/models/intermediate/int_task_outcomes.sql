-- The outcome of each touched task. Revisions are judged by time, then by id; arrival never matters.
select
    organization,
    task_id,
    task_traffic_source,
    coalesce(arg_max(outcome, {{ sighting_order('outcome_ns') }}) filter (where outcome is not null), 'unknown') as outcome,
    case when bool_or(outcome is not null) then 'task attribute' end as outcome_source,
    max(outcome_ns) as outcome_ns,
    bool_or(task_source = 'task' or has_run_tag or has_workflow_tag or outcome is not null) as is_tasked
from {{ ref('int_task_runs') }}
group by organization, task_id, task_traffic_source
