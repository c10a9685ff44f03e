-- How the costs of tasks of one traffic source ($of_source) are spread: how many cost between 10^(bin/8) and 10^((bin+1)/8)
-- US dollars, by outcome, with the dearest of each bin; beside each, what half and 19 in 20 of all tasks stay below. Tasks that
-- cost nothing, as far as is known, have no bin.
WITH tasks AS MATERIALIZED (
    SELECT
        task_id,
        outcome,
        cost_usd::DOUBLE AS cost,
        CASE WHEN cost_usd > 0 THEN floor(log10(cost_usd::DOUBLE) * 8)::INTEGER END AS bin
    FROM scoped_tasks
    WHERE outcome <> 'pending' AND traffic_source = $of_source
),

bins AS (
    SELECT outcome, bin, count(*) AS tasks, max_by(task_id, (cost, task_id), 20) AS dearest
    FROM tasks
    GROUP BY ALL
),

spread AS (
    SELECT quantile_cont(cost, [0.5, 0.95]) AS costs
    FROM tasks
)

SELECT bins.*, costs[1] AS p50_task_cost_usd, costs[2] AS p95_task_cost_usd
FROM bins
CROSS JOIN spread
ORDER BY outcome, bin;
