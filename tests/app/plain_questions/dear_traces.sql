SELECT
    organization, trace_id, any_value(workflow_id) AS workflow_id, sum(cost_usd) AS cost_usd, count(*) AS calls,
    min(started_at) AS started_at
FROM scoped_calls
GROUP BY organization, trace_id
ORDER BY cost_usd DESC NULLS LAST, trace_id
LIMIT 20;
