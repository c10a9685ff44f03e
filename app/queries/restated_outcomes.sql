-- Published outcomes of the period's tasks that later builds changed, the newest first: one that was known before those
-- whose task nobody knew yet. `found` counts them all.
SELECT
    restated_at, date, task_id, workflow_id, reason, old_outcome, new_outcome, outcome_source, outcome_by, outcome_at,
    count(*) OVER () AS found, count(*) FILTER (old_outcome IS NULL) OVER () AS found_late
FROM fct_restatements
WHERE figure = 'outcome'
    AND date BETWEEN $first AND $last
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
ORDER BY old_outcome IS NULL, restated_at DESC, task_id, traffic_source
LIMIT 25;
