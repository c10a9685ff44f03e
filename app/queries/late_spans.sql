-- Spans that came for closed days, all of them: they are in no figure, whatever the period.
SELECT
    sum(spans)::BIGINT AS spans,
    min(date) AS first_date,
    max(date) AS last_date,
    max(arrived_date) AS arrived_date
FROM rpt_late_spans
WHERE ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
