-- Pairs of consecutive versions over their whole lives: those that can be told first, then the dearest.
SELECT *
FROM rpt_versions
WHERE ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
    AND ($of_kind IS NULL OR kind = $of_kind)
ORDER BY verdict = 'unclear', cost_before_usd + cost_after_usd DESC, workflow_id, kind, subject, version_after
LIMIT 60;
