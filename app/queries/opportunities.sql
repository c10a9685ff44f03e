-- What each lever alone would have saved, within the filters that it can answer; the largest first, no verdict last.
SELECT *
FROM rpt_opportunities
WHERE ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($model IS NULL OR list_contains($model::VARCHAR[], coalesce(nullif(model, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
ORDER BY saving_usd DESC NULLS LAST, high_usd DESC NULLS LAST, workflow_id, step, model, kind, traffic_source, organization, environment;
