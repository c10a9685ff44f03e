-- What model calls within the filters cost, by what they were for: parts that add up to all of it.
WITH named AS (
    SELECT
        cost_usd,
        CASE
            WHEN spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate') THEN 'failed and repeated model calls'
            WHEN traffic_source IN ('eval', 'replay') THEN 'evaluation and replay calls'
            ELSE 'model calls'
        END AS name
    FROM scoped_calls
)

SELECT
    name,
    if(name = 'failed and repeated model calls', 'hidden', 'direct') AS kind,
    sum(cost_usd)::DECIMAL(28, 12) AS usd
FROM named
GROUP BY name
HAVING sum(cost_usd) > 0
ORDER BY name = 'failed and repeated model calls', usd DESC;
