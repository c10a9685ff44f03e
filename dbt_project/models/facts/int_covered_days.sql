{{ config(materialized='daily', touched_by=['int_calls']) }}
-- What the calls of a day cost that a charge pays for.
select
    date,
    charge_id,
    count(*) as calls,
    {{ money('sum(cost_usd)') }} as cost_usd
from {{ ref('int_calls') }}
where charge_id is not null and date in ({{ touched_dates('int_calls') }})
group by date, charge_id
