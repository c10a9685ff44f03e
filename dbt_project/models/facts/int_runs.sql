{{ config(
    materialized='history', replace_key='run_key', touched='scratch.intermediate.int_touched_runs', date_column='date'
) }}
-- One row per workflow run of the touched runs.
with sighted as (
    select
        organization,
        run_id,
        any_value(run_key) as run_key,
        bool_or(has_run_tag) as has_run_tag,
        arg_min(workflow_id, {{ sighting_order('started_ns') }}) as workflow_id,
        arg_min(environment, {{ sighting_order('started_ns') }}) filter (where environment is not null) as environment,
        arg_min(team, {{ sighting_order('started_ns') }}) filter (where team is not null) as team,
        arg_min(project, {{ sighting_order('started_ns') }}) filter (where project is not null) as project,
        arg_min(run_traffic_source, {{ sighting_order('started_ns') }}) as traffic_source,
        count(distinct (task_id, task_traffic_source)) filter (where judged.is_judged) as tasks,
        count(distinct trace_id) as traces,
        min(started_ns) as started_ns,
        max(ended_ns) as ended_ns,
        bool_or(is_restart) as is_restart,
        bool_or(has_root_error) as has_error
    from {{ ref('int_task_runs') }}
    left join (
        select
            organization,
            task_id,
            task_traffic_source,
            true as is_judged
        from {{ ref('int_tasks_judged') }}
    ) as judged using (organization, task_id, task_traffic_source)
    where run_key in (select run_key from {{ ref('int_touched_runs') }})
    group by organization, run_id
),

spent as (
    select
        organization,
        run_id,
        count(*) as calls,
        {{ money('coalesce(sum(cost_usd), 0)') }} as cost_usd,
        count(*) filter (where cost_usd is null) as unknown_cost_calls
    from {{ ref('int_calls_classified') }}
    group by organization, run_id
)

select
    sighted.*,
    spent.calls,
    spent.cost_usd,
    spent.unknown_cost_calls,
    {{ utc_date('sighted.started_ns') }} as date
from sighted
inner join spent using (organization, run_id)
