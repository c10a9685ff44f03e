-- Of a rate and each day on which rates change: what the same use costs on the eve of that day and from that day on, as
-- multiples of what it cost at the rate. A rate that changed twice is worth the one in between on the second eve.
create or replace temp table forecast_price_multiples as
with recursive chains as (
    select
        price_id,
        new_price_id,
        changed_at,
        at_date,
        known_date,
        ratio as multiple
    from forecast_price_changes
    union all
    select
        chains.price_id,
        changes.new_price_id,
        changes.changed_at,
        changes.at_date,
        changes.known_date,
        chains.multiple * changes.ratio as multiple
    from chains
    inner join forecast_price_changes as changes on chains.new_price_id = changes.price_id
),

days as (select distinct at_date from forecast_price_changes)

select
    chains.price_id,
    days.at_date,
    max(chains.known_date) filter (where chains.at_date = days.at_date) as known_date,
    coalesce(max_by(chains.multiple, chains.changed_at) filter (where chains.at_date < days.at_date), 1) as eve,
    coalesce(max_by(chains.multiple, chains.changed_at) filter (where chains.at_date <= days.at_date), 1) as after
from chains
cross join days
group by chains.price_id, days.at_date
having eve != 1 or after != 1
