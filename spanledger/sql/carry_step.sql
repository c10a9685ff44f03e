-- What the last step towards a build takes from the steps before: the dates on which they changed anything.
insert into meta.stepped_dates
select model, date from previous.meta.touched_dates
union
select model, date from previous.meta.stepped_dates;
