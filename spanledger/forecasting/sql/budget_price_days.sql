-- The days whose use tells what rates that change do: the four weeks before each change, or before today for those ahead.
select
    least((select min(at_date) from forecast_price_multiples), min(today)) - $days::integer as first_date,
    max(today) as end_date
from forecast_counters
