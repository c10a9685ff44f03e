-- The days of data that the organizations of the filters have.
SELECT
    min(date) AS first,
    max(date) AS last
FROM fct_calls
WHERE $organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)'));
