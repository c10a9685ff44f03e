-- Runs with a span in a touched trace, now or as the previous build saw it, and runs of calls whose part of a charge is
-- another now.
select run_key from {{ ref('int_trace_sightings') }}
union
select run_key from {{ history('int_task_sightings') }}
where trace_key in (select trace_key from {{ ref('int_touched_traces') }})
union
select run_key from {{ history('int_calls') }}
where
    charge_id is not null
    and date in (select date from {{ ref('int_touched_charge_days') }})
    and (charge_id, date) in (select (charge_id, date) from {{ ref('int_touched_charge_days') }})
union
select run_key from {{ ref('int_covered_calls') }}
where run_key is not null
