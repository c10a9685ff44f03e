-- The same for one model, day by day.
SELECT
    date, restated_at, reason, count(*) AS calls, sum(old_cost_usd) AS old_usd, sum(new_cost_usd) AS new_usd,
    sum(change_usd) AS change_usd
FROM fct_restatements
WHERE figure = 'cost' AND date BETWEEN $first AND $last AND model = $price_model
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
GROUP BY ALL
ORDER BY date DESC, restated_at DESC, reason
LIMIT 100;
