-- Tasks of touched runs, now or as the previous build saw them, tasks that a new outcome names or named before it was
-- said again, and tasks whose outcome window has lapsed. Everything of theirs is judged again.
with named as (
    select reference_key, reference_kind from {{ ref('stg_outcomes') }}
    union
    select reference_key, reference_kind from {{ history('int_outcomes') }}
    where outcome_key in (select outcome_key from {{ ref('stg_outcomes') }})
)

select task_key from {{ ref('int_run_sightings') }}
union
select task_key from {{ history('int_task_sightings') }}
where run_key in (select run_key from {{ ref('int_touched_runs') }})
union
select reference_key from named
where reference_kind = 'task'
union
select task_key from {{ history('int_task_sightings') }}
where run_key in (select reference_key from named where reference_kind = 'run')
union
select task_key from {{ history('int_task_sightings') }}
where trace_key in (select reference_key from named where reference_kind = 'trace')
union
select task_key from {{ history('int_tasks') }}
where is_pending and pending_until_ns <= (select epoch_ns(made_at) from {{ source('meta', 'build') }})
