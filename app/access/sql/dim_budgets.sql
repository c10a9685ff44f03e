-- A budget is whose team or project it names, in all its versions. One that names no organization counts every
-- organization's team of that name: it is theirs only where a single organization has one.
WITH sole AS (
    SELECT team, project, min(organization) AS organization
    FROM whole.main.rpt_traffic_split
    GROUP BY GROUPING SETS ((team), (project))
    HAVING count(DISTINCT organization) = 1
),

owned AS (
    SELECT budgets.budget_id, budgets.team, budgets.project, coalesce(budgets.organization, sole.organization) AS organization
    FROM whole.main.dim_budgets AS budgets
    LEFT JOIN sole
        ON (budgets.team IS NOT NULL AND budgets.team = sole.team)
        OR (budgets.team IS NULL AND sole.team IS NULL AND budgets.project = sole.project)
)

SELECT *
FROM whole.main.dim_budgets
WHERE budget_id IN (
    SELECT budget_id
    FROM owned
    GROUP BY ALL
    HAVING bool_and(coalesce(may_see(organization, team, project), false))
);
