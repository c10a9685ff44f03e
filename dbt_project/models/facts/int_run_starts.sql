{{ config(
    materialized='history', replace_key='run_key', touched='scratch.intermediate.int_touched_runs', date_column='date'
) }}
-- On which day each run counts, for each traffic source, environment and workflow of its calls: that of the first such call.
select
    organization,
    environment,
    traffic_source,
    coalesce(workflow_id, run_workflow_id) as workflow_id,
    run_id,
    run_key,
    min(date) as date
from {{ ref('int_calls_classified') }}
where run_key in (select run_key from {{ ref('int_touched_runs') }})
group by all
