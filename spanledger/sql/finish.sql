-- Leave only what readers need: the marts, and what the next build carries over.
drop schema if exists lake cascade;
drop schema if exists closed cascade;
drop schema if exists history cascade;

-- a view on records that may be merged into other files later; the build holds what it read of them
drop view if exists meta.outcomes;
drop view if exists meta.outcomes_rows;
drop table if exists meta.outcomes_columns;

update meta.build
set
    finished_at = current_timestamp,
    next_lapse = (select min(make_timestamp_ns(pending_until_ns)::timestamp at time zone 'UTC') from facts.int_tasks where is_pending);

create table main.build_info as
select
    build_id,
    finished_at as built_at,
    (select max(started_at + to_microseconds(coalesce(duration_ms, 0)::bigint * 1000)) from main.fct_calls) as data_until,
    $lake_files::bigint as lake_files,
    $lake_rows::bigint as lake_rows,
    (select max(calls_from) from meta.closed_days) as calls_from -- of days before, calls are no longer kept; null: all are
from meta.build;
