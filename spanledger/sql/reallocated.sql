-- Days that are attributed again though no call of theirs was: all where the rules or what was used say otherwise than in
-- the previous build, else those on which another charge is spread or the same one otherwise.
insert into meta.touched_dates
with days as (
    select date from previous.facts.int_owner_days
    union
    select date from previous.meta.charge_days
    union
    select date from meta.charge_days
),

changed as (
    (from previous.meta.charge_days except from meta.charge_days)
    union all
    (from meta.charge_days except from previous.meta.charge_days)
)

select distinct 'allocation', date
from days
where
    (select allocation from meta.build) != (select allocation from previous.meta.build)
    or date in (select date from changed);
