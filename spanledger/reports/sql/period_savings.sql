-- What would not have been paid in the period, by lever, workflow and step.
SELECT
    kind,
    workflow_id,
    step,
    sum(calls)::BIGINT AS calls,
    sum(saving_usd) AS saving_usd,
    sum(low_usd) AS low_usd,
    sum(high_usd) AS high_usd
FROM rpt_opportunities
WHERE date BETWEEN $first AND $last
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
GROUP BY ALL
HAVING sum(saving_usd) > 0
ORDER BY saving_usd DESC, kind, workflow_id, step;
