-- What model calls cost in the last 30 days of the data, by what they were for: parts that add up to all of it.
with newest as (
    select max(date) as day from rpt_spend_classes
),

named as (
    select
        cost_usd,
        case
            when spend_class in ('failed_attempt', 'superseded_attempt', 'retry_duplicate') then 'failed and repeated model calls'
            when traffic_source in ('eval', 'replay') then 'evaluation and replay calls'
            else 'model calls'
        end as name
    from rpt_spend_classes
    where date > (select day from newest) - 30
)

select
    name,
    if(name = 'failed and repeated model calls', 'hidden', 'direct') as kind,
    cast(sum(cost_usd) as decimal(28, 12)) as usd
from named
group by name
having sum(cost_usd) > 0
order by name = 'failed and repeated model calls', usd desc;
