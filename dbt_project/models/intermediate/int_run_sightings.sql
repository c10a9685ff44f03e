-- Sightings of every touched run with the task they belong to: the task tag, else the one task its run names, else
-- the run tag, else the trace.
{%- set carried = ['organization', 'trace_id', 'trace_key', 'run_id', 'run_key', 'tagged_task_id', 'has_run_tag',
    'has_workflow_tag', 'started_ns', 'ended_ns', 'traffic_source', 'workflow_id', 'team', 'project', 'cost_center',
    'feature', 'environment', 'customer_id', 'user_id', 'task_size', 'prompt_version', 'is_restart', 'attempt', 'has_root_error',
    'has_error', 'kind', 'evaluations', 'outcome', 'outcome_ns', 'outcome_score', 'units', 'units_succeeded'] %}
with sightings as (
    select {{ select_list(carried) }} from {{ ref('int_trace_sightings') }}
    union all
    select {{ select_list(carried) }} from {{ history_of('int_task_sightings', 'run_key', 'select run_key from ' ~ ref('int_touched_runs')) }}
    where
        run_key in (select run_key from {{ ref('int_touched_runs') }})
        and trace_key not in (select trace_key from {{ ref('int_touched_traces') }})
),

run_tasks as (
    select
        organization,
        run_id,
        case when count(distinct tagged_task_id) = 1 then max(tagged_task_id) end as only_task_id,
        -- the trace of the run that carries the task first tells its traffic
        arg_min(traffic_source, {{ sighting_order('started_ns') }}) filter (where tagged_task_id is not null) as task_traffic_source
    from sightings
    where kind = 'spans'
    group by organization, run_id
),

resolved as (
    select
        sightings.*,
        -- beside the trace's own, which the next build starts from
        case
            when sightings.tagged_task_id is null and run_tasks.only_task_id is not null
                then run_tasks.task_traffic_source
            else sightings.traffic_source
        end as run_traffic_source,
        coalesce(sightings.tagged_task_id, run_tasks.only_task_id, sightings.run_id) as task_id,
        case
            when coalesce(sightings.tagged_task_id, run_tasks.only_task_id) is not null then 'task'
            when sightings.has_run_tag then 'run'
            else 'trace'
        end as task_source
    from sightings
    left join run_tasks using (organization, run_id)
)

select
    *,
    {{ narrow_key("organization || '/' || task_id") }} as task_key,
    {{ utc_date('started_ns') }} as date
from resolved
