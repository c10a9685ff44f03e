-- Calls within the filters, those among them of unknown cost and those of evaluations and replays, and what one of known cost
-- takes.
SELECT
    count(*) AS requests,
    count(*) FILTER (cost_usd IS NULL) AS unknown_cost_calls,
    count(*) FILTER (traffic_source IN ('eval', 'replay')) AS trial_calls,
    if(count(cost_usd) = 0, NULL, sum(cost_usd) / count(cost_usd))::DECIMAL(28, 12) AS usd_per_request
FROM scoped_calls;
