-- How much of the period is known: prices by calls, outcomes by tasks, traffic source by spend.
WITH spent AS (
    SELECT
        coalesce(sum(calls), 0)::BIGINT AS calls,
        coalesce(sum(calls - unknown_cost_calls), 0)::BIGINT AS priced_calls,
        sum(cost_usd) FILTER (calls > unknown_cost_calls) AS cost_usd,
        coalesce(sum(cost_usd) FILTER (traffic_source <> 'unknown'), 0) AS sourced_usd
    FROM scoped_spend
),

judged AS (
    SELECT coalesce(sum(tasks), 0)::BIGINT AS tasks, coalesce(sum(successes + failures), 0)::BIGINT AS judged_tasks
    FROM scoped_task_sums
)

SELECT spent.*, judged.*
FROM spent
CROSS JOIN judged;
