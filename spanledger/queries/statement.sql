-- What each owner of a month pays for: calls by traffic source, charges by name, and corrections of closed months booked in it.
with lines as (
    select
        case $by when 'team' then team when 'project' then project else cost_center end as owner,
        case
            when corrects_month is not null then 'correction of ' || strftime(corrects_month, '%Y-%m')
            when charge_id is null then 'calls, ' || coalesce(traffic_source, 'unknown')
            else 'charge ' || charge_id
        end as item,
        method,
        rule,
        reason,
        calls,
        cost_usd,
        split_cost_usd
    from rpt_attribution
    where date >= $month and date < $month + interval 1 month and "view" = $view
)

select
    strftime(cast($month as date), '%Y-%m') as month,
    coalesce(owner, 'unattributed') as owner,
    item,
    method,
    rule,
    reason,
    cast(sum(calls) as bigint) as calls,
    cast(sum(cost_usd) as decimal(38, 12)) as cost_usd,
    cast(sum(split_cost_usd) as decimal(38, 12)) as split_cost_usd,
    $status as status
from lines
where $owner::varchar is null or coalesce(owner, 'unattributed') = $owner
group by owner, item, method, rule, reason
having sum(calls) != 0 or sum(cost_usd) != 0
order by owner is null, owner, cost_usd desc, item, method, rule, reason
