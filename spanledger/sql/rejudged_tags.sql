-- All days of calls where the tag policy is not the one of the previous build.
insert into meta.touched_dates
select distinct 'tag_policy', date
from previous.facts.int_call_days
where (select tag_policy from meta.build) != (select tag_policy from previous.meta.build);
