-- What would not have been paid in the last 30 days, where they meet the period, by lever, workflow and step.
SELECT
    kind,
    workflow_id,
    step,
    sum(calls)::BIGINT AS calls,
    sum(saving_usd) AS saving_usd,
    sum(low_usd) AS low_usd,
    sum(high_usd) AS high_usd,
    max(last_date) AS last_date
FROM rpt_opportunities
WHERE first_date <= $last AND last_date >= $first
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
GROUP BY ALL
HAVING sum(saving_usd) > 0
ORDER BY saving_usd DESC, kind, workflow_id, step;
