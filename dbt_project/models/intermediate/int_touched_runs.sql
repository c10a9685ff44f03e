-- Runs with a span in a touched trace, now or as the previous build saw it.
select run_key from {{ ref('int_trace_sightings') }}
union
select run_key from {{ history('int_task_sightings') }}
where trace_key in (select trace_key from {{ ref('int_touched_traces') }})
