-- Whether what a run costs moves with the number of runs, as of the build; workflows with most runs first.
SELECT *
FROM rpt_unit_cost_trend
WHERE ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
ORDER BY runs_a_day DESC, workflow_id;
