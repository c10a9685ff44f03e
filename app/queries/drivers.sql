-- One row per workflow: all its spend, and the cost per success of its tasks of the one traffic source.
WITH of_calls AS (
    SELECT workflow_id, sum(calls)::BIGINT AS calls, sum(cost_usd) FILTER (calls > unknown_cost_calls) AS cost_usd,
        sum(cost_usd) FILTER (
            calls > unknown_cost_calls AND spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')
        ) AS waste_usd
    FROM scoped_spend
    GROUP BY ALL
),

of_tasks AS (
    SELECT workflow_id, sum(tasks)::BIGINT AS tasks,
        sum(successes)::BIGINT AS successes,
        sum(successes + failures)::BIGINT AS known_outcomes,
        sum(cost_usd) / nullif(sum(successes)::BIGINT, 0) AS per_success_usd
    FROM scoped_task_sums
    WHERE traffic_source = $of_source
    GROUP BY ALL
)

SELECT of_calls.*, of_tasks.* EXCLUDE (workflow_id)
FROM of_calls
LEFT JOIN of_tasks ON of_tasks.workflow_id IS NOT DISTINCT FROM of_calls.workflow_id
ORDER BY cost_usd DESC NULLS LAST, of_calls.workflow_id;
