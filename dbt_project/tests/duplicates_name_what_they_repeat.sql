-- A retry duplicate of this build names another call of its task and step that had succeeded before it started; no other
-- call names one.
select
    calls.call_id,
    calls.spend_class,
    calls.duplicate_of_call_id,
    originals.started_ns as original_started_ns,
    originals.is_failed as is_original_failed
from {{ ref('int_calls_classified') }} as calls
left join {{ ref('int_calls_classified') }} as originals
    on calls.duplicate_of_call_id = originals.call_id
    and calls.duplicate_of_run_id = originals.run_id
    and calls.organization = originals.organization
    and calls.task_id = originals.task_id
    and calls.task_traffic_source = originals.task_traffic_source
    and calls.step is not distinct from originals.step
    and calls.call_id != originals.call_id
    and coalesce(originals.ended_ns, originals.started_ns) <= calls.started_ns
    and not originals.is_failed
where
    (calls.spend_class = 'retry_duplicate') != (calls.duplicate_of_call_id is not null)
    or calls.duplicate_of_call_id is not null and originals.call_id is null
