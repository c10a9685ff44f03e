-- The days looked at: the 30 before each organization's newest with a call, or as many as there are.
SELECT
    min(greatest(first, last - 29)) AS first_on,
    max(last) AS last_on,
    max(last - greatest(first, last - 29) + 1) AS days
FROM (
    SELECT organization, min(date) AS first, max(date) AS last
    FROM rpt_call_shapes
    WHERE $organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)'))
    GROUP BY organization
);
