-- Production tasks as a whole: how many, how many succeeded, for how many some cost is unknown, what all of them cost, and that per success.
select
    sum(tasks)::bigint as tasks,
    sum(successes)::bigint as successes,
    sum(unknown_cost_tasks)::bigint as unknown_cost_tasks,
    sum(cost_usd) as cost_usd,
    sum(cost_usd) / nullif(sum(successes), 0) as cost_per_successful_task_usd
from rpt_cost_per_successful_task
where traffic_source = 'production'
