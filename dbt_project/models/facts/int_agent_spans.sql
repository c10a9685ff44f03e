{{ config(
    materialized='history', replace_key='trace_key', touched='scratch.intermediate.int_touched_traces', date_column='date'
) }}
select * from {{ ref('int_agent_sightings') }}
where trace_key in (select trace_key from {{ ref('int_touched_traces') }})
