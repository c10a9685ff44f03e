-- Of the published build, attached as `published`: `linked`, traces by what ties them to others, and `kept`, traces with
-- something of the day in the variable `calls_from` or later; `reach_kept.sql` adds those that are tied to one of these.
create temp table linked as
with ties as (
    select trace_key, 'run' as kind, run_key::varchar as tie from published.facts.int_task_sightings
    union all
    select trace_key, 'task', task_key::varchar from published.facts.int_task_sightings where task_key is not null
    union all
    select trace_key, 'call', call_id from published.facts.int_spans where call_id is not null
    union all
    select trace_key, 'response', response_key::varchar from published.facts.int_spans where response_key is not null
    union all
    select trace_key, 'session', session_key::varchar from published.facts.int_spans where session_key is not null
)

select distinct
    trace_key,
    hash(kind, tie) as tie
from ties;

create temp table kept as
select distinct trace_key
from published.facts.int_spans
where
    date >= getvariable('calls_from')
    or ended_ns >= epoch_ns(getvariable('calls_from')::timestamp);

-- Spans that stay though their day is closed.
create temp view left_spans as
select *
from published.facts.int_spans
where date < getvariable('calls_from') and trace_key in (select trace_key from kept);

create temp view gone_calls as
select organization, call_id
from published.facts.int_calls
where date < getvariable('calls_from') and trace_key not in (select trace_key from kept);

-- Said later of tasks that go, or long ago of nothing that is known.
create temp view gone_outcomes as
select distinct organization, revision_id
from published.facts.int_outcomes
where
    reference_kind is not null
    and case
        when task_id is null then date < getvariable('calls_from')
        else task_key not in (
            select task_key from published.facts.int_task_sightings
            where task_key is not null and trace_key in (select trace_key from kept)
        )
    end;

-- What calls since cost of tasks of days before.
create temp view later_cost as
select coalesce(sum(calls.cost_usd), 0)::decimal(28, 12) as cost_usd
from published.facts.int_calls as calls
semi join (select * from published.facts.int_tasks where task_date < getvariable('calls_from')) as tasks
    using (organization, task_id, task_traffic_source)
where calls.date >= getvariable('calls_from');
