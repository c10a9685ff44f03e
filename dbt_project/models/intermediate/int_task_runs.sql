-- All sightings of the touched tasks. `task_traffic_source` tells tasks of one id apart: a replay of a production
-- task is another task; an unknown source joins the one known task of that id.
with sightings as (
    select * from {{ ref('int_run_sightings') }}
    where kind = 'spans'
    union all by name
    select * from {{ history_of('int_task_sightings', 'task_key', 'select task_key from ' ~ ref('int_touched_tasks')) }}
    where
        kind = 'spans'
        and task_key in (select task_key from {{ ref('int_touched_tasks') }})
        and run_key not in (select run_key from {{ ref('int_touched_runs') }})
),

known as (
    select
        organization,
        task_id,
        case when count(distinct run_traffic_source) = 1 then max(run_traffic_source) end as only_source
    from sightings
    where run_traffic_source != 'unknown'
    group by organization, task_id
)

select
    sightings.*,
    case
        when sightings.run_traffic_source = 'unknown' then coalesce(known.only_source, 'unknown')
        else sightings.run_traffic_source
    end as task_traffic_source
from sightings
left join known using (organization, task_id)
