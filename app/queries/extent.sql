-- The days the data spans, whatever the filters.
SELECT min(date) AS first_day, max(date) AS last_day, max(started_at) AS until_at, count(*) AS calls FROM fct_calls;
