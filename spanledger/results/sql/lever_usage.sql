-- What `rpt_lever_usage` says to work out savings by; the shapes are for who looks for the calls.
select * exclude (shapes)
from main.rpt_lever_usage
order by all
