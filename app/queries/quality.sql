-- What each check found within the period and the filters its mart knows.
SELECT
    "check" AS name,
    sum(rows) AS rows,
    sum(cost_usd) AS cost_usd,
    max(date) AS last_date,
    list_sort(list_distinct(flatten(list(subjects)))) AS subjects
FROM rpt_data_quality
WHERE date BETWEEN $first AND $last
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
GROUP BY ALL
HAVING sum(rows) > 0
ORDER BY cost_usd DESC NULLS LAST, rows DESC, name;
