-- Incidents of the period, newest first: those of the chosen scopes, and those that one of these drives.
WITH parts AS (
    SELECT *, list_append(drivers, {'kind': scope_kind, 'name': scope, 'change_usd': NULL, 'expected': NULL, 'actual': NULL}) AS parts
    FROM rpt_anomalies
    WHERE first_at::DATE <= $last AND last_at::DATE >= $first
        AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
        AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
),

named AS (
    SELECT *, list_transform(parts, lambda part: {'kind': part.kind, 'name': coalesce(nullif(part.name, ''), '(untagged)')}) AS names
    FROM parts
)

SELECT * EXCLUDE (parts, names)
FROM named
WHERE ($team IS NULL OR len(list_filter(names, lambda one: one.kind = 'team' AND list_contains($team::VARCHAR[], one.name))) > 0)
    AND ($project IS NULL OR len(list_filter(names, lambda one: one.kind = 'project' AND list_contains($project::VARCHAR[], one.name))) > 0)
    AND ($workflow IS NULL OR len(list_filter(names, lambda one: one.kind = 'workflow' AND list_contains($workflow::VARCHAR[], one.name))) > 0)
    AND ($model IS NULL OR len(list_filter(names, lambda one: one.kind = 'model' AND list_contains($model::VARCHAR[], one.name))) > 0)
    AND ($source IS NULL OR len(list_filter(names, lambda one: one.kind = 'traffic_source' AND list_contains($source::VARCHAR[], one.name))) > 0)
ORDER BY first_at DESC, excess_usd DESC, anomaly_id
LIMIT 100;
