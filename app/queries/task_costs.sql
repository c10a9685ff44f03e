-- How the costs of tasks of one traffic source ($of_source) are spread: how many cost between 10^(bin/8) and 10^((bin+1)/8)
-- US dollars, by outcome, with the dearest of each bin. Tasks that cost nothing, as far as is known, have no bin.
WITH tasks AS (
    SELECT
        task_id,
        outcome,
        cost_usd::DOUBLE AS cost,
        CASE WHEN cost_usd > 0 THEN floor(log10(cost_usd::DOUBLE) * 8)::INTEGER END AS bin
    FROM scoped_tasks
    WHERE outcome <> 'pending' AND traffic_source = $of_source
)

SELECT outcome, bin, count(*) AS tasks, max_by(task_id, (cost, task_id), 20) AS dearest
FROM tasks
GROUP BY ALL
ORDER BY outcome, bin;
