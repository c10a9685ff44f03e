-- All that is spent in the period: calls, charges that no call has used, credits, corrections of closed months.
SELECT category, coalesce(sum(cost_usd), 0)::DECIMAL(38, 12) AS cost_usd, sum(unknown_cost_calls) AS unknown_cost_calls
FROM rpt_total_cost
WHERE date BETWEEN $first AND $last
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($team IS NULL OR list_contains($team::VARCHAR[], coalesce(nullif(team, ''), '(untagged)')))
GROUP BY ALL
ORDER BY cost_usd DESC, category;
