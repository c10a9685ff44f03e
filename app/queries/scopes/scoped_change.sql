-- Effects on cost between two periods within the filters. Grain: organization, environment, source, workflow, model, effect.
SELECT *
FROM why_cost_changed($before_from::DATE, $before_to::DATE, $after_from::DATE, $after_to::DATE)
WHERE ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($model IS NULL OR list_contains($model::VARCHAR[], coalesce(nullif(model, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
