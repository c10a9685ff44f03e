{{ config(
    materialized='history', replace_key='task_key', touched='scratch.intermediate.int_touched_tasks', date_column='task_date'
) }}
-- depends_on: {{ ref('int_touched_tasks') }}
select * from {{ ref('int_tasks_versioned') }}
