WITH calls AS (
    SELECT
        workflow_id,
        coalesce(cost_usd, 0) * (date BETWEEN '2026-10-24' AND '2026-11-21')::INTEGER AS after_usd,
        coalesce(cost_usd, 0) * (date BETWEEN '2026-09-24' AND '2026-10-22')::INTEGER AS before_usd,
    FROM fct_calls
)
SELECT
    row(sum(after_usd - before_usd), sum(after_usd - before_usd) / sum(before_usd), sum(after_usd))
        AS "heading: Cost rose by {$} (+{%}) to {$}",
FROM calls;

WITH calls AS (
    SELECT
        workflow_id,
        coalesce(cost_usd, 0) * (date BETWEEN '2026-10-24' AND '2026-11-21')::INTEGER AS after_usd,
        coalesce(cost_usd, 0) * (date BETWEEN '2026-09-24' AND '2026-10-22')::INTEGER AS before_usd,
    FROM fct_calls
)
SELECT sum(after_usd - before_usd) AS "Change: {±$}" FROM calls GROUP BY GROUPING SETS ((workflow_id), ());
