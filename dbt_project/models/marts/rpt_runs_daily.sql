{{ config(materialized='daily', touched_by=['int_run_starts']) }}
select
    date,
    organization,
    environment,
    traffic_source,
    workflow_id,
    count(*) as runs
from {{ ref('int_run_starts') }}
where date in ({{ touched_dates('int_run_starts') }})
group by all
