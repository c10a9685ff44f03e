-- The figures a month is closed with: what the published build says of it.
select * exclude (is_closed)
from rpt_total_cost
where date >= $month and date < $month + interval 1 month
