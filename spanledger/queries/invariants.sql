-- What must hold in every build, as two figures that must be equal; where days were closed, of the days since, and of the
-- tasks that began on them.
with calls as (select count(*) as n, count(distinct call_id) as ids, coalesce(sum(cost_usd), 0) as cost from fct_calls),

kept as (
    -- a build of a version that kept all calls does not say since when
    select max(calls_from) as since
    from (from build_info union all by name select null::date as calls_from where false)
),

-- asked for where days were closed: nothing to go through elsewhere
kept_tasks as (
    select (organization, task_id, traffic_source)
    from fct_tasks
    where (select since from kept) is not null
),

classes as (
    select coalesce(sum(calls), 0) as n, coalesce(sum(cost_usd), 0) as cost from rpt_spend_classes
    where date >= coalesce((select since from kept), '-infinity'::date)
),

sources as (
    select coalesce(sum(calls), 0) as n, coalesce(sum(cost_usd), 0) as cost from rpt_traffic_split
    where date >= coalesce((select since from kept), '-infinity'::date)
),

tasks as (
    select
        coalesce(sum(coalesce(cost_usd, 0) + coalesce(overhead_cost_usd, 0)), 0) as cost,
        count(*) filter (outcome_source is not null) as judged
    from fct_tasks
)

select 'call ids are unique' as name, n::decimal(28, 12) as expected, ids::decimal(28, 12) as found from calls
union all
select 'the classes of spend add up to the calls', cost, (select cost from classes)
from calls
union all
select 'the classes of spend hold every call', n, (select n from classes) from calls
union all
select 'the traffic sources add up to the calls', cost, (select cost from sources)
from calls
union all
select 'the traffic sources hold every call', n, (select n from sources) from calls
union all
select
    'tasks and their overhead add up to the calls',
    coalesce(sum(calls.cost_usd), 0),
    (select cost from tasks)
from fct_calls as calls
where
    (select since from kept) is null
    or (calls.organization, calls.task_id, calls.task_traffic_source) in (from kept_tasks)
union all
select
    'every outcome is the word that holds',
    (select judged from tasks),
    count(*)
from fct_outcomes as said
where
    is_winner
    and outcome != 'unknown'
    and (
        (select since from kept) is null
        or (said.organization, said.task_id, said.traffic_source) in (from kept_tasks)
    )
