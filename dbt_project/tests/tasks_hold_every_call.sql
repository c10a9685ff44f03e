-- Cost and overhead of the tasks are the cost of the calls, twice: of what this build judged, task by task, and of
-- the whole history, by its daily sums (a task's dollars count on its first day, so not day by day; what came for tasks of closed
-- days since is in no sum of tasks).
-- depends_on: {{ ref('int_calls') }}, {{ ref('int_tasks') }}
with judged as (
    select
        'task ' || task_id || ', ' || task_traffic_source as scope,
        tasks.cost_usd + tasks.overhead_cost_usd as task_cost_usd,
        coalesce(calls.cost_usd, 0) as call_cost_usd,
        tasks.calls as task_calls,
        coalesce(calls.calls, 0) as calls,
        tasks.own_calls as task_own_calls,
        coalesce(calls.own_calls, 0) as own_calls
    from {{ ref('int_tasks_judged') }} as tasks
    full join (
        select
            organization,
            task_id,
            task_traffic_source,
            count(*) as calls,
            count(*) filter (where traffic_source = task_traffic_source) as own_calls,
            coalesce(sum(cost_usd), 0) as cost_usd
        from {{ ref('int_calls_classified') }}
        group by organization, task_id, task_traffic_source
    ) as calls using (organization, task_id, task_traffic_source)
),

history as (
    select
        'the whole history' as scope,
        (
            select coalesce(sum(direct_cost_usd + shared_cost_usd + unknown_source_cost_usd + untasked_cost_usd), 0)
            from {{ ref('int_pool_days') }}
        ) as task_cost_usd,
        (
            select coalesce(sum(cost_usd), 0) from {{ ref('rpt_spend_classes') }}
        ) - {{ cost_since_closing() }} as call_cost_usd,
        0 as task_calls,
        0 as calls,
        0 as task_own_calls,
        0 as own_calls
)

select * from judged
where task_cost_usd is distinct from call_cost_usd or task_calls is distinct from calls
    or task_own_calls is distinct from own_calls
union all
select * from history
where task_cost_usd != call_cost_usd
