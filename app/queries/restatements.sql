-- Published figures of the period's days that later builds changed: by build, reason and model. The mart knows the
-- day, the organisation and the model of a call, not its tags.
SELECT
    build_id, restated_at, reason, provider, nullif(model, '') AS model, count(*) AS calls, min(date) AS first_date,
    max(date) AS last_date, sum(old_cost_usd) AS old_usd, sum(new_cost_usd) AS new_usd, sum(change_usd) AS change_usd
FROM fct_restatements
WHERE figure = 'cost' AND date BETWEEN $first AND $last
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($model IS NULL OR list_contains($model::VARCHAR[], coalesce(nullif(model, ''), '(untagged)')))
GROUP BY ALL
ORDER BY restated_at DESC, abs(sum(change_usd)) DESC, reason, provider, model;
