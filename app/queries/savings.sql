-- What idempotent steps would have saved, by workflow and step.
SELECT
    workflow_id,
    step,
    sum(calls)::BIGINT AS calls,
    coalesce(sum(calls) FILTER (WHERE paid_again = 'proven'), 0)::BIGINT AS proven_calls,
    coalesce(sum(cost_usd) FILTER (WHERE paid_again = 'proven'), 0) AS low_usd,
    sum(cost_usd) AS high_usd
FROM rpt_call_shapes
WHERE paid_again != 'no' AND date BETWEEN $first AND $last
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
GROUP BY ALL
ORDER BY high_usd DESC, workflow_id, step
LIMIT 15;
