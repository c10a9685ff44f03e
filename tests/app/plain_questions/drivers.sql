-- One row per workflow: all its spend, and the cost per success of its tasks of the one traffic source.
WITH of_calls AS (
    SELECT workflow_id, count(*) AS calls, sum(cost_usd) AS cost_usd,
        sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')) AS waste_usd
    FROM scoped_calls
    GROUP BY ALL
),

of_tasks AS (
    SELECT workflow_id, count(*) AS tasks,
        count(*) FILTER (outcome = 'success') AS successes,
        count(*) FILTER (outcome IN ('success', 'failure')) AS known_outcomes,
        sum(cost_usd) / nullif(count(*) FILTER (outcome = 'success'), 0) AS per_success_usd
    FROM scoped_tasks
    WHERE traffic_source = $of_source AND outcome <> 'pending'
    GROUP BY ALL
)

SELECT of_calls.*, of_tasks.* EXCLUDE (workflow_id)
FROM of_calls
LEFT JOIN of_tasks ON of_tasks.workflow_id IS NOT DISTINCT FROM of_calls.workflow_id
ORDER BY cost_usd DESC NULLS LAST, of_calls.workflow_id;
