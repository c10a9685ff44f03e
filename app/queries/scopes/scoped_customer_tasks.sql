-- Tasks of whole UTC days within the filters, summed by what pages tell them apart by and by the customer or user that they
-- share. With a model chosen, none: see scoped_tasks_cut, which has the tasks of the other days. Grain: that of
-- rpt_tasks_daily.
SELECT
    task_date AS day,
    workflow_id,
    team,
    project,
    prompt_version,
    feature,
    size,
    traffic_source,
    shared_by(customer_id, user_id) AS shared_by,
    tasks,
    successes,
    failures,
    unknown_cost_tasks,
    cost_usd,
    success_cost_usd,
    cost_squared,
    max_task_cost_usd
FROM rpt_tasks_daily
WHERE $model IS NULL
    AND task_date BETWEEN $first::DATE + if($tz = 'UTC', 0, 1)
    AND least($last::DATE - if($tz = 'UTC', 0, 1), timezone('UTC', $until_at::TIMESTAMPTZ)::DATE - 1)
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($team IS NULL OR list_contains($team::VARCHAR[], coalesce(nullif(team, ''), '(untagged)')))
    AND ($project IS NULL OR list_contains($project::VARCHAR[], coalesce(nullif(project, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
