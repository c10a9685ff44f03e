-- The trace that began first, whatever the filters: what somebody who waited for it wants to see.
SELECT
    organization, trace_id, count(*) AS calls, sum(cost_usd) AS cost_usd, min_by(model, started_at) AS model,
    min_by(service_name, started_at) AS service_name
FROM fct_calls
GROUP BY organization, trace_id
ORDER BY min(started_at), trace_id
LIMIT 1;
