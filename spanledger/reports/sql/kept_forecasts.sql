-- The first forecast of exactly this period, with what came; and of how many months (quarters) of the same scope the first one
-- held. Later forecasts of a month are most of them right once it is nearly over: they do not count.
WITH firsts AS (
    SELECT *
    FROM rpt_forecasts_kept
    WHERE horizon = $horizon
        AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
        AND CASE
            WHEN $team IS NOT NULL
                THEN scope_kind = 'team' AND list_contains($team::VARCHAR[], coalesce(nullif(scope, ''), '(untagged)'))
            WHEN $workflow IS NOT NULL
                THEN scope_kind = 'workflow' AND list_contains($workflow::VARCHAR[], coalesce(nullif(scope, ''), '(untagged)'))
            WHEN $environment IS NOT NULL
                THEN scope_kind = 'environment' AND list_contains($environment::VARCHAR[], coalesce(nullif(scope, ''), '(untagged)'))
            ELSE scope_kind = 'organization'
        END
    QUALIFY row_number() OVER (PARTITION BY organization, scope_kind, scope, last_on ORDER BY made_on) = 1
)

SELECT
    organization, scope_kind, scope, made_on, mean_usd, p10_usd, p90_usd, actual_usd, is_held, is_backfilled,
    count(is_held) OVER whose AS scored,
    count(*) FILTER (is_held) OVER whose AS held
FROM firsts
WINDOW whose AS (PARTITION BY organization, scope_kind, scope)
QUALIFY last_on = $last_day AND made_on >= $first
ORDER BY mean_usd DESC, organization, scope;
