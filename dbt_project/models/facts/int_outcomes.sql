{{ config(
    materialized='history', replace_key='outcome_key', touched='scratch.intermediate.int_touched_outcomes', date_column='date'
) }}
-- depends_on: {{ ref('int_touched_outcomes') }}
select * from {{ ref('int_outcome_revisions') }}
