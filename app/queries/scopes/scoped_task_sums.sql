-- Tasks whose outcome is not awaited and what they cost within the filters, summed: of whole UTC days from
-- rpt_cost_per_successful_task, of days that the period or its zone cuts from the tasks. Grain: that of
-- rpt_cost_per_successful_task, or finer.
SELECT task_date, organization, environment, team, project, workflow_id, traffic_source, tasks, successes, failures, cost_usd
FROM rpt_cost_per_successful_task
WHERE tasks > 0
    AND $model IS NULL
    AND task_date BETWEEN $first::DATE + if($tz = 'UTC', 0, 1)
    AND least($last::DATE - if($tz = 'UTC', 0, 1), timezone('UTC', $until_at::TIMESTAMPTZ)::DATE - 1)
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($team IS NULL OR list_contains($team::VARCHAR[], coalesce(nullif(team, ''), '(untagged)')))
    AND ($project IS NULL OR list_contains($project::VARCHAR[], coalesce(nullif(project, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
UNION ALL BY NAME
SELECT * FROM scoped_tasks_summed
