-- The first forecast that was made of exactly this period, with what came; and how many of all scored ranges of its kind held.
WITH scored AS (
    SELECT *
    FROM rpt_forecasts_kept
    WHERE horizon = $horizon
        AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
        AND CASE
            WHEN $team IS NOT NULL THEN scope_kind = 'team' AND list_contains($team::VARCHAR[], scope)
            WHEN $workflow IS NOT NULL THEN scope_kind = 'workflow' AND list_contains($workflow::VARCHAR[], scope)
            WHEN $environment IS NOT NULL THEN scope_kind = 'environment' AND list_contains($environment::VARCHAR[], scope)
            ELSE scope_kind = 'organization'
        END
)

SELECT
    organization, scope_kind, scope, made_on, mean_usd, p10_usd, p90_usd, actual_usd, is_held, is_backfilled,
    count(is_held) OVER () AS scored,
    count(*) FILTER (is_held) OVER () AS held
FROM scored
QUALIFY last_on = $last_day AND made_on >= $first
    AND row_number() OVER (PARTITION BY organization, scope_kind, scope, last_on ORDER BY made_on) = 1
ORDER BY mean_usd DESC, organization, scope;
