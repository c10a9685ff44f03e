{{ config(materialized='daily', touched_by=['int_loops']) }}
-- How many steps the loops of tasks that succeeded took, day by day: what is usual is read off these.
select
    date,
    organization,
    workflow_id,
    is_agent,
    loop_name,
    steps,
    count(*) as loops
from {{ ref('int_loops') }}
where outcome = 'success' and steps > 0 and date in ({{ touched_dates('int_loops') }})
group by all
