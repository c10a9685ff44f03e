-- The calls that levers are simulated on, within the filters that they can answer.
SELECT * EXCLUDE (shapes)
FROM rpt_lever_usage
WHERE ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($model IS NULL OR list_contains($model::VARCHAR[], coalesce(nullif(model, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
ORDER BY ALL;
