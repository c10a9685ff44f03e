-- Each organization's newest day with a call, which the last 30 days count back from: the first and the last of them.
SELECT min(last) AS first_ends_on, max(last) AS last_ends_on
FROM (
    SELECT organization, max(date) AS last
    FROM rpt_call_shapes
    WHERE $organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)'))
    GROUP BY organization
);
