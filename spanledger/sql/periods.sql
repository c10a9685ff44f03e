-- Months whose latest event is a closing, and the figures that event holds; `period_events` is what records/periods says.
insert into meta.closings
select month, "at", "by", reason, is_forced, unpriced_calls, build_id
from period_events
where event_id in (select max(event_id) from period_events group by month) and action = 'closed'
group by all;

insert into meta.closed_figures by name
select * exclude (event_id, month, action, "at", "by", reason, is_forced, unpriced_calls, build_id)
from period_events
where
    event_id in (select max(event_id) from period_events group by month)
    and action = 'closed'
    and date is not null;
