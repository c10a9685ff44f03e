-- What each check found within the period and the filters its mart knows.
WITH found AS (
    SELECT "check" AS name, subject, sum(rows) AS rows, sum(cost_usd) AS cost_usd, max(date) AS last_date
    FROM rpt_data_quality
    WHERE date BETWEEN $first AND $last
        AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
        AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    GROUP BY ALL
)

SELECT
    name,
    sum(rows) AS rows,
    sum(cost_usd) AS cost_usd,
    max(last_date) AS last_date,
    arg_max(subject, (rows, subject)) AS mostly,
    count(DISTINCT subject) AS subjects
FROM found
GROUP BY ALL
ORDER BY cost_usd DESC NULLS LAST, rows DESC, name;
