-- Outcomes said later that no build has read yet, with narrow keys for the task, run or trace that they name.
with said as (
    select
        *,
        coalesce(task_id, workflow_run_id, trace_id) as reference,
        case when task_id is not null then 'task' when workflow_run_id is not null then 'run' else 'trace' end as reference_kind
    from {{ source('meta', 'outcomes') }}
)

select
    {{ narrow_key("'revision/' || organization || '/' || revision_id") }} as outcome_key,
    organization,
    revision_id,
    reference_kind,
    reference,
    {{ narrow_key("organization || '/' || reference") }} as reference_key,
    traffic_source as asked_traffic_source,
    outcome as said_outcome,
    evaluation_name,
    score,
    label,
    units,
    units_succeeded,
    source as channel,
    judged_by,
    judged_at,
    reason,
    recorded_at,
    segment
from said
