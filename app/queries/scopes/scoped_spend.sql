-- Calls and what they cost within the filters that all pages share, summed by the quarter of an hour: days of any zone are
-- sums of these. Grain: that of rpt_usage_quarter_hourly.
SELECT
    *,
    CASE WHEN $tz = 'UTC' THEN date ELSE timezone($tz, quarter_at)::DATE END AS day
FROM rpt_usage_quarter_hourly
WHERE date BETWEEN $first::DATE - 1 AND $last::DATE + 1
    AND CASE
        WHEN $tz = 'UTC' THEN date BETWEEN $first AND $last
        WHEN date BETWEEN $first::DATE + 1 AND $last::DATE - 1 THEN true
        ELSE timezone($tz, quarter_at)::DATE BETWEEN $first AND $last
    END
    AND quarter_at <= $until_at
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($team IS NULL OR list_contains($team::VARCHAR[], coalesce(nullif(team, ''), '(untagged)')))
    AND ($project IS NULL OR list_contains($project::VARCHAR[], coalesce(nullif(project, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($model IS NULL OR list_contains($model::VARCHAR[], coalesce(nullif(model, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
