-- What runs cost of late and when that changed: over budget and changes first, the largest on top; then workflows with a budget,
-- then those that stand still, `rare` where too few of their runs are recent to say so. `found`: rows of the standing.
WITH told AS (
    SELECT
        *,
        CASE
            WHEN change_date IS NOT NULL OR budget_usd IS NOT NULL THEN 'told'
            WHEN rolling_runs >= $fewest_runs THEN 'steady'
            ELSE 'rare'
        END AS standing
    FROM rpt_drift
    WHERE ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
        AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
        AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
        AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
)

SELECT
    *,
    count(*) OVER (PARTITION BY standing) AS found
FROM told
QUALIFY row_number() OVER (
    PARTITION BY standing
    ORDER BY
        coalesce(is_over_budget, false) DESC, change_date IS NULL, abs(ln(coalesce(ratio, 1))) DESC, rolling_runs DESC, workflow_id
) <= 40
ORDER BY
    standing != 'told', standing = 'rare', coalesce(is_over_budget, false) DESC, change_date IS NULL,
    abs(ln(coalesce(ratio, 1))) DESC, rolling_runs DESC, workflow_id;
