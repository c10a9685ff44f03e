-- Loops within the filters that a loop can answer. Grain: loop.
SELECT *
FROM rpt_agent_loops
WHERE date BETWEEN $first AND $last
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
    AND ($team IS NULL OR list_contains($team::VARCHAR[], coalesce(nullif(team, ''), '(untagged)')))
