-- Compliance with the tag policy by service and tag, the dearest gaps first.
SELECT
    tag,
    service_name,
    sum(calls)::BIGINT AS calls,
    sum(missing)::BIGINT AS missing,
    sum(not_allowed)::BIGINT AS not_allowed,
    sum(excepted)::BIGINT AS excepted,
    sum(cost_usd)::DECIMAL(38, 12) AS cost_usd,
    sum(missing_cost_usd)::DECIMAL(38, 12) AS missing_cost_usd
FROM rpt_tag_compliance
WHERE date BETWEEN $first AND $last
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
GROUP BY tag, service_name
ORDER BY missing_cost_usd DESC, missing DESC, tag, service_name;
