-- The days of data that the organizations of the filters have.
SELECT
    min(date) AS first,
    max(date) AS last
FROM rpt_usage_quarter_hourly
WHERE $organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)'));
