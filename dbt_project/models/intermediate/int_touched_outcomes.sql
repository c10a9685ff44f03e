-- Keys of the outcome revisions that this build judges again: what spans say goes by their task, a record by itself.
select task_key as outcome_key from {{ ref('int_touched_tasks') }}
union
select outcome_key from {{ ref('int_outcome_records') }}
