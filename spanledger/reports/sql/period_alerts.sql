-- What began to fire within the period, the worst first: of the organization and environment asked for. What is about no
-- organization (a build, a silence) is for who runs it for all.
SELECT incident_id, kind, severity, summary, state, since_at, opened_at, recovered_at
FROM fct_alerts
WHERE opened_at >= $first::DATE AND opened_at < $last::DATE + 1
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
ORDER BY list_position(['critical', 'warning', 'info'], severity), opened_at, incident_id
LIMIT 20;
