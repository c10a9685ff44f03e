-- Cheap model first beside expensive model first: those that can be told first, then the dearest.
SELECT *
FROM rpt_escalation_policies
WHERE true
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
ORDER BY verdict = 'cannot tell', cost_usd DESC, workflow_id, step, cheap_model, expensive_model
LIMIT 30;
