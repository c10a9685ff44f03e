-- What idempotent steps would have saved, by workflow and step.
SELECT
    workflow_id,
    step,
    sum(calls)::BIGINT AS calls,
    sum(proven_calls)::BIGINT AS proven_calls,
    sum(low_usd) AS low_usd,
    sum(high_usd) AS high_usd
FROM rpt_opportunities
WHERE kind = 'idempotent_step' AND date BETWEEN $first AND $last
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
GROUP BY ALL
ORDER BY high_usd DESC, workflow_id, step
LIMIT 15;
