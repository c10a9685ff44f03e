-- One row per touched task: what it cost, how long it took, what it came to.
with runs as (
    select
        organization,
        task_id,
        task_traffic_source,
        run_id,
        max(ended_ns) - min(started_ns) as active_ns
    from {{ ref('int_task_runs') }}
    group by organization, task_id, task_traffic_source, run_id
),

active as (
    select organization, task_id, task_traffic_source, count(*) as runs, cast(sum(active_ns) as bigint) as active_ns
    from runs
    group by organization, task_id, task_traffic_source
),

sighted as (
    select
        organization,
        task_id,
        task_traffic_source,
        any_value(task_key) as task_key,
        arg_min(task_source, {{ sighting_order('started_ns') }}) as task_source,
        min(started_ns) as started_ns,
        max(ended_ns) as ended_ns,
        {%- for tag in ['workflow_id', 'team', 'project', 'cost_center', 'feature', 'environment', 'customer_id', 'user_id',
            'prompt_version', 'task_size'] %}
        arg_min({{ tag }}, {{ sighting_order('started_ns') }}) filter (where {{ tag }} is not null) as {{ tag }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ ref('int_task_runs') }}
    group by organization, task_id, task_traffic_source
),

spent as (
    select
        organization,
        task_id,
        task_traffic_source,
        count(*) as calls,
        min(started_ns) as first_call_ns,
        {{ money('sum(cost_usd) filter (where traffic_source = task_traffic_source)') }} as cost_usd,
        {{ money('sum(cost_usd) filter (where traffic_source != task_traffic_source)') }} as overhead_cost_usd,
        {{ money("sum(cost_usd) filter (where traffic_source = 'unknown')") }} as unknown_source_cost_usd,
        count(*) filter (where cost_usd is null) as unknown_cost_calls,
        max(models_at_step) > 1 as is_escalated
    from (
        select
            *,
            count(distinct model) over (partition by organization, task_id, task_traffic_source, step) as models_at_step
        from {{ ref('int_calls_classified') }}
    ) as calls
    group by organization, task_id, task_traffic_source
)

select
    sighted.* exclude (started_ns, ended_ns),
    outcomes.outcome_score,
    case when outcomes.units_succeeded between 0 and outcomes.units then outcomes.units end as units,
    case when outcomes.units_succeeded between 0 and outcomes.units then outcomes.units_succeeded end as units_succeeded,
    outcomes.outcome,
    outcomes.outcome_source,
    outcomes.outcome_at,
    outcomes.outcome_by,
    outcomes.pending_until_ns,
    outcomes.is_pending,
    outcomes.is_tasked,
    sighted.started_ns,
    sighted.ended_ns,
    active.active_ns,
    active.runs,
    coalesce(spent.calls, 0) as calls,
    -- no known cost at all is unknown, not zero
    spent.cost_usd as known_cost_usd,
    {{ money('coalesce(spent.cost_usd, 0)') }} as cost_usd,
    {{ money('coalesce(spent.overhead_cost_usd, 0)') }} as overhead_cost_usd,
    {{ money('coalesce(spent.unknown_source_cost_usd, 0)') }} as unknown_source_cost_usd,
    coalesce(spent.unknown_cost_calls, 0) as unknown_cost_calls,
    coalesce(spent.is_escalated, false) as is_escalated,
    {{ utc_date('coalesce(spent.first_call_ns, sighted.started_ns)') }} as task_date
from sighted
inner join {{ ref('int_task_outcomes') }} as outcomes using (organization, task_id, task_traffic_source)
inner join active using (organization, task_id, task_traffic_source)
left join spent using (organization, task_id, task_traffic_source)
-- without a call, only a task tag or an outcome makes a task: the root of a run that holds other tasks is none
where spent.calls is not null or sighted.task_source = 'task' or outcomes.outcome != 'unknown'
