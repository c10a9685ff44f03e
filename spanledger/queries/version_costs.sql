-- Versions that can be compared, in the order of their first appearance.
select
    organization,
    coalesce(environment, '') as environment,
    coalesce(workflow_id, '') as workflow,
    traffic_source,
    kind,
    subject,
    version,
    tasks,
    successes,
    mixed_tasks,
    left_out_tasks,
    cost_usd,
    cost_per_successful_task_usd,
    spread,
    is_heavy_tailed
from rpt_version_costs
order by organization, environment, workflow, traffic_source, kind, subject, first_started_at, version;
