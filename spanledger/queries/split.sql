-- The bill by traffic source, the largest first.
select
    traffic_source,
    coalesce(sum(cost_usd) / nullif(sum(sum(cost_usd)) over (), 0), 0) as share,
    coalesce(sum(cost_usd), 0) as cost_usd
from rpt_traffic_split
group by all
order by cost_usd desc, traffic_source
