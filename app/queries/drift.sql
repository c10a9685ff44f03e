-- What runs cost of late and when that changed: changes first, the largest on top.
SELECT *
FROM rpt_drift
WHERE ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
ORDER BY change_date IS NULL, coalesce(is_over_budget, false) DESC, abs(ln(coalesce(ratio, 1))) DESC, rolling_runs DESC, workflow_id
LIMIT 40;
