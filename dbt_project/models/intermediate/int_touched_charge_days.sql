-- Charges and days whose cost is shared out again: calls they pay for arrived, changed or went, or the charge did.
-- All calls of such a day are shared out together.
with touched as (
    select charge_id, date from {{ ref('int_covered_calls') }}
    union
    select charge_id, date from {{ history('int_calls') }}
    where charge_id is not null and trace_key in (select trace_key from {{ ref('int_touched_traces') }})
    union
    select charge_id, date from {{ history('int_calls') }}
    where charge_id is not null and date in (select date from {{ source('meta', 'recharged_dates') }})
)

select
    *,
    {{ charge_day_key('charge_id', 'date') }} as charge_day_key
from touched
