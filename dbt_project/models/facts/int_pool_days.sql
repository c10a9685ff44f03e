{{ config(materialized='daily', date_column='task_date', touched_by=['int_tasks']) }}
-- Every dollar of a day in exactly one bucket: the production tasks' own, shared (eval, replay, ops and overhead),
-- of unknown source, untasked.
select
    task_date,
    organization,
    team,
    project,
    cast(sum(case when is_tasked and task_traffic_source = 'production' then cost_usd else 0 end) as decimal(28, 12)) as direct_cost_usd,
    cast(sum(case
        when not is_tasked then 0
        when task_traffic_source = 'production' then overhead_cost_usd - unknown_source_cost_usd
        else cost_usd + overhead_cost_usd - unknown_source_cost_usd
    end) as decimal(28, 12)) as shared_cost_usd,
    cast(sum(case when is_tasked then unknown_source_cost_usd else 0 end) as decimal(28, 12)) as unknown_source_cost_usd,
    cast(sum(case when not is_tasked then cost_usd + overhead_cost_usd else 0 end) as decimal(28, 12)) as untasked_cost_usd
from {{ ref('int_tasks') }}
where task_date in ({{ touched_dates('int_tasks') }})
group by all
