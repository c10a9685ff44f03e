-- Months of the scopes that the business file or spend know, within the filter of organizations; the newest first.
SELECT *
FROM rpt_unit_economics
WHERE cost_usd IS NOT NULL
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
ORDER BY scope_kind = 'organization' DESC, revenue_usd IS NULL, scope_kind, scope, "month" DESC;
