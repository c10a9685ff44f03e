-- Changes of what a run costs that began within the period, the largest first. They are by workflow: of a team, those of the
-- workflows that it ran.
SELECT *
FROM rpt_drift
WHERE change_date BETWEEN $first AND $last
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
    AND ($team IS NULL OR workflow_id IN (SELECT workflow_id FROM scoped_calls))
ORDER BY abs(ln(ratio)) DESC, workflow_id;
