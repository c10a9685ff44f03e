-- The UTC days the data spans, whatever the filters.
SELECT
    min(date) AS first_day,
    max(date) AS last_day,
    (SELECT max(started_at) FROM fct_calls WHERE date = (SELECT max(date) FROM fct_calls)) AS until_at,
    count(*) AS calls
FROM fct_calls;
