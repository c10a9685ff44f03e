select
    organization,
    run_id as workflow_run_id,
    workflow_id,
    environment,
    team,
    project,
    traffic_source,
    has_run_tag,
    date,
    {{ at_utc('started_ns') }} as started_at,
    {{ at_utc('ended_ns') }} as ended_at,
    (ended_ns - started_ns) / 1e6 as duration_ms,
    tasks,
    traces,
    calls,
    cost_usd,
    unknown_cost_calls,
    is_restart,
    has_error
from {{ ref('int_runs') }}
{{ where_kept('date') }}
