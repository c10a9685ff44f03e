-- Workflows of the period or the one before that calls outside the filter by team ran, too: the effects of a change are by
-- workflow, so of these they cannot be told apart by team.
SELECT DISTINCT workflow_id
FROM fct_calls
WHERE date BETWEEN $before_from AND $after_to
    AND NOT list_contains($team::VARCHAR[], coalesce(nullif(team, ''), '(untagged)'))
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')));
