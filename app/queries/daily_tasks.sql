-- Tasks and what they cost by the day of their first call: days of other zones than UTC are no sums of whole UTC days.
WITH days AS (
    SELECT task_date AS date, tasks, successes, successes + failures AS known_outcomes, cost_usd
    FROM scoped_task_sums
    WHERE $tz = 'UTC' AND traffic_source = $of_source
    UNION ALL BY NAME
    SELECT
        day AS date, 1 AS tasks, (outcome = 'success')::INTEGER AS successes,
        (outcome IN ('success', 'failure'))::INTEGER AS known_outcomes, cost_usd
    FROM scoped_tasks
    WHERE $tz <> 'UTC' AND traffic_source = $of_source AND outcome <> 'pending'
)

SELECT
    date,
    sum(tasks)::BIGINT AS tasks,
    sum(successes)::BIGINT AS successes,
    sum(known_outcomes)::BIGINT AS known_outcomes,
    sum(cost_usd) / nullif(sum(successes)::BIGINT, 0) AS per_success_usd
FROM days
GROUP BY date
ORDER BY date;
