-- Where everything is made anew, days of charges are attributed like days of calls.
insert into meta.touched_dates
select distinct 'allocation', date from meta.charge_days;
