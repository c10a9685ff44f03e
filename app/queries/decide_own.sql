-- Calls within the filters, and what one of known cost takes.
SELECT
    count(*) AS requests,
    if(count(cost_usd) = 0, NULL, sum(cost_usd) / count(cost_usd))::DECIMAL(28, 12) AS usd_per_request
FROM scoped_calls;
