-- Outcomes said later that name a touched task, and new ones that name none yet, each with the task it is about. A record
-- that names a run or a trace is about its only task; tagged tasks go before what has no tag. A record without a traffic
-- source is about the one known task of that id, or production's where there are several.
with known as (
    select {{ select_list(outcome_columns()) }}, true as is_new from {{ ref('stg_outcomes') }}
    union all
    select {{ select_list(outcome_columns()) }}, false from {{ history('int_outcomes') }}
    where
        reference_kind is not null
        and (
            outcome_key in (select outcome_key from {{ ref('stg_outcomes') }})
            or reference_key in (
                select task_key from {{ ref('int_touched_tasks') }}
                union
                select run_key from {{ ref('int_task_runs') }}
                union
                select trace_key from {{ ref('int_task_runs') }}
            )
        )
),

-- said again, in any order: the row that was recorded first counts
records as (
    select
        * exclude (is_new),
        bool_or(is_new) over (partition by outcome_key, organization, revision_id) as is_new
    from known
    qualify
        row_number() over (
            partition by organization, revision_id
            order by
                recorded_at, reference_kind, reference, asked_traffic_source, said_outcome, evaluation_name, score, label,
                units, units_succeeded, channel, judged_by, judged_at, reason, segment
        ) = 1
),

sightings as (
    select organization, task_id, trace_id, run_id, task_source from {{ ref('int_run_sightings') }}
    where kind = 'spans'
    union
    select organization, task_id, trace_id, run_id, task_source from {{ history('int_task_sightings') }}
    where
        kind = 'spans'
        and (
            run_key in (select reference_key from records where reference_kind = 'run')
            or trace_key in (select reference_key from records where reference_kind = 'trace')
        )
        and run_key not in (select run_key from {{ ref('int_touched_runs') }})
),

named as (
    select outcome_key, organization, reference as task_id, true as is_tagged from records
    where reference_kind = 'task'
    {%- for kind in ['run', 'trace'] %}
    union
    select records.outcome_key, records.organization, sightings.task_id, sightings.task_source = 'task' as is_tagged
    from records
    inner join sightings on records.organization = sightings.organization and records.reference = sightings.{{ kind }}_id
    where records.reference_kind = '{{ kind }}'
    {%- endfor %}
),

meant as (
    select
        outcome_key,
        organization,
        case
            when count(distinct task_id) filter (where is_tagged) = 1 then max(task_id) filter (where is_tagged)
            when count(distinct task_id) = 1 then max(task_id)
        end as task_id
    from named
    group by outcome_key, organization
),

variants as (
    select distinct records.outcome_key, records.organization, records.asked_traffic_source, runs.task_traffic_source
    from records
    inner join meant using (outcome_key, organization)
    inner join {{ ref('int_task_runs') }} as runs
        on meant.organization = runs.organization
        and meant.task_id = runs.task_id
        and case records.reference_kind when 'run' then runs.run_id when 'trace' then runs.trace_id else runs.task_id end
        = records.reference
),

chosen as (
    select
        outcome_key,
        organization,
        {{ chosen_source('asked_traffic_source') }} as task_traffic_source
    from variants
    group by outcome_key, organization
)

select
    records.*,
    case when chosen.task_traffic_source is not null then meant.task_id end as task_id,
    chosen.task_traffic_source
from records
left join meant on records.outcome_key = meant.outcome_key and records.organization = meant.organization
left join chosen on records.outcome_key = chosen.outcome_key and records.organization = chosen.organization
-- what is about a task that this build does not touch stands as it stood
where
    chosen.outcome_key is not null
    or meant.task_id is null
    or records.is_new
    or records.reference_kind = 'task' and records.reference_key in (select task_key from {{ ref('int_touched_tasks') }})
