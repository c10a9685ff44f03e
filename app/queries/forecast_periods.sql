-- Month and quarter of one scope; of the organization that spends most where none is chosen.
SELECT *
FROM rpt_forecast_month_end
WHERE scope_kind = $kind
    AND ($kind = 'organization' OR coalesce(nullif(scope, ''), '(untagged)') = $scope)
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
QUALIFY row_number() OVER (PARTITION BY period_kind ORDER BY p50_usd DESC, organization) = 1
ORDER BY period_kind;
