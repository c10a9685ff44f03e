-- The trace that began first, whatever the filters: what somebody who waited for it wants to see. Its calls of the day on
-- which it began and the next: to find later ones every call there is would have to be read.
WITH began AS (
    SELECT
        organization, trace_id, date
    FROM fct_calls
    WHERE date = (SELECT min(date) FROM rpt_calls_daily)
    ORDER BY started_at, trace_id
    LIMIT 1
)

SELECT
    calls.organization, calls.trace_id, count(*) AS calls, sum(calls.cost_usd) AS cost_usd,
    min_by(calls.model, calls.started_at) AS model, min_by(calls.service_name, calls.started_at) AS service_name
FROM fct_calls AS calls
INNER JOIN began
    ON calls.organization IS NOT DISTINCT FROM began.organization AND calls.trace_id = began.trace_id
WHERE calls.date BETWEEN (SELECT date FROM began) AND (SELECT date + 1 FROM began)
GROUP BY calls.organization, calls.trace_id;
