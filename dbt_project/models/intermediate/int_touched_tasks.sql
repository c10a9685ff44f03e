-- Tasks of touched runs, now or as the previous build saw them. Everything of theirs is judged again.
select task_key from {{ ref('int_run_sightings') }}
union
select task_key from {{ history('int_task_sightings') }}
where run_key in (select run_key from {{ ref('int_touched_runs') }})
