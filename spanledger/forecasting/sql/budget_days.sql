-- What a counter's scope counted, by day and window.
select
    date,
    window_start,
    cast(sum(cost_usd) as double) as usd
from facts.int_budget_days
where scope_key = $scope_key and counter_key = $counter_key and date >= $first::date
group by all
order by date
