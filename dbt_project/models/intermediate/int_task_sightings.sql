{{ config(
    materialized='history', replace_key='run_key', touched='intermediate.int_touched_runs', date_column='date',
    schema='facts', contract={'enforced': true}
) }}
-- depends_on: {{ ref('int_touched_runs') }}
select * from {{ ref('int_run_sightings') }}
