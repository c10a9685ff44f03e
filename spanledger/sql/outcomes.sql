-- One row per organization ('' where none was said) and revision id: the row recorded first, then the smallest by content.
-- {rows} stands for the view on all rows.
select * replace (coalesce(organization, '') as organization)
from {rows}
qualify
    row_number() over (
        partition by coalesce(organization, ''), revision_id
        order by
            recorded_at, task_id, trace_id, workflow_run_id, traffic_source, outcome, evaluation_name, score, label,
            units, units_succeeded, source, judged_by, judged_at, reason, segment, organization
    ) = 1
