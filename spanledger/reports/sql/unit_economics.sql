-- What a request cost and what was earned beside it, by month, of whole organizations; where a file says anything.
SELECT *
FROM rpt_unit_economics
WHERE scope_kind = 'organization'
    AND month BETWEEN date_trunc('month', $first::DATE) AND $last
    AND requests IS NOT NULL
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], environment))
ORDER BY organization, environment NULLS FIRST, month;
