{{ config(
    materialized='history', replace_key='run_key', touched='scratch.intermediate.int_touched_runs', date_column='date'
) }}
-- depends_on: {{ ref('int_touched_runs') }}
select * from {{ ref('int_run_sightings') }}
