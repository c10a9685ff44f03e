-- What months and quarters in progress will come to, as the build forecasts it: of the teams, workflows or environments asked
-- for; else of each organization and its dearest workflows. A forecast is of one of these: for two of them together there is none.
WITH asked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY organization, scope_kind, period_kind, period_start ORDER BY mean_usd DESC, scope) AS place
    FROM rpt_forecast_month_end
    WHERE ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
        AND CASE
            WHEN $team IS NOT NULL
                THEN scope_kind = 'team' AND list_contains($team::VARCHAR[], coalesce(nullif(scope, ''), '(untagged)'))
            WHEN $workflow IS NOT NULL
                THEN scope_kind = 'workflow' AND list_contains($workflow::VARCHAR[], coalesce(nullif(scope, ''), '(untagged)'))
            WHEN $environment IS NOT NULL
                THEN scope_kind = 'environment' AND list_contains($environment::VARCHAR[], coalesce(nullif(scope, ''), '(untagged)'))
            ELSE scope_kind IN ('organization', 'workflow')
        END
)

SELECT *
FROM asked
WHERE place <= CASE scope_kind WHEN 'workflow' THEN 5 ELSE 20 END
ORDER BY period_kind, period_start, scope_kind <> 'organization', mean_usd DESC, organization, scope;
