WITH days AS (
    SELECT
        date >= '2026-10-24' AS is_now,
        sum(cost_usd) AS usd,
        sum(cost_usd) FILTER (traffic_source = 'production') AS production_usd,
        sum(cost_usd) FILTER (spend_class IN ('failed_attempt', 'superseded_attempt', 'retry_duplicate')) AS lost_usd,
    FROM fct_calls
    WHERE date >= '2026-10-24' OR started_at <= (SELECT max(started_at) FROM fct_calls) - INTERVAL 30 DAY
    GROUP BY is_now
)
SELECT
    now.usd AS "card Total spend: {$}",
    row(row(now.usd, before.usd), before.usd) AS "change Total spend: {Δ} from {$}",
    row(row(now.production_usd / now.usd, before.production_usd / before.usd), before.production_usd / before.usd)
        AS "change Production share of the bill: {pts} from {%}",
    row(row(now.lost_usd / now.usd, before.lost_usd / before.usd), before.lost_usd / before.usd)
        AS "change Wasted on retries and errors: {pts} from {%}",
FROM days AS now, days AS before
WHERE now.is_now AND NOT before.is_now;

WITH tasks AS (
    SELECT task_date >= '2026-10-24' AS is_now, workflow_id, sum(cost_usd) / count(*) FILTER (outcome = 'success') AS usd
    FROM fct_tasks
    WHERE traffic_source = 'production'
        AND (task_date >= '2026-10-24' OR started_at <= (SELECT max(started_at) FROM fct_calls) - INTERVAL 30 DAY)
    GROUP BY is_now, workflow_id
), calls AS (
    SELECT date >= '2026-10-24' AS is_now, workflow_id, sum(cost_usd) AS usd
    FROM fct_calls
    WHERE date >= '2026-10-24' OR started_at <= (SELECT max(started_at) FROM fct_calls) - INTERVAL 30 DAY
    GROUP BY is_now, workflow_id
)
SELECT
    now.workflow_id AS "Workflow",
    row(row(spent_now.usd, spent_before.usd)) AS "Change: {Δ}",
    row(row(now.usd, before.usd)) AS "Change again: {Δ}",
FROM tasks AS now
INNER JOIN tasks AS before ON now.workflow_id = before.workflow_id AND now.is_now AND NOT before.is_now
INNER JOIN calls AS spent_now ON now.workflow_id = spent_now.workflow_id AND spent_now.is_now
INNER JOIN calls AS spent_before ON now.workflow_id = spent_before.workflow_id AND NOT spent_before.is_now;
