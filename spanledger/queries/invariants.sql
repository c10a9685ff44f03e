-- What must hold in every build, as two figures that must be equal.
with calls as (select count(*) as n, count(distinct call_id) as ids, coalesce(sum(cost_usd), 0) as cost from fct_calls)

select 'call ids are unique' as name, n::decimal(28, 12) as expected, ids::decimal(28, 12) as found from calls
union all
select 'the classes of spend add up to the calls', cost, (select coalesce(sum(cost_usd), 0) from rpt_spend_classes)
from calls
union all
select 'the classes of spend hold every call', n, (select coalesce(sum(calls), 0) from rpt_spend_classes) from calls
union all
select 'the traffic sources add up to the calls', cost, (select coalesce(sum(cost_usd), 0) from rpt_traffic_split)
from calls
union all
select 'the traffic sources hold every call', n, (select coalesce(sum(calls), 0) from rpt_traffic_split) from calls
union all
select
    'tasks and their overhead add up to the calls',
    cost,
    (select coalesce(sum(coalesce(cost_usd, 0) + coalesce(overhead_cost_usd, 0)), 0) from fct_tasks)
from calls
union all
select
    'every outcome is the word that holds',
    (select count(*) from fct_tasks where outcome_source is not null),
    (select count(*) from fct_outcomes where is_winner and outcome != 'unknown')
