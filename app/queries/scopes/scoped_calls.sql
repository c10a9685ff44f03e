-- Calls within the filters, each with the day it has in the zone $tz. Grain: call.
-- No zone is a day or more from UTC: only calls of the days at the period's ends need their zone's clock.
SELECT
    *,
    CASE WHEN $tz = 'UTC' THEN date ELSE timezone($tz, started_at)::DATE END AS day
FROM fct_calls
WHERE date BETWEEN $first::DATE - 1 AND $last::DATE + 1
    AND CASE
        WHEN $tz = 'UTC' THEN date BETWEEN $first AND $last
        WHEN date BETWEEN $first::DATE + 1 AND $last::DATE - 1 THEN true
        ELSE timezone($tz, started_at)::DATE BETWEEN $first AND $last
    END
    AND started_at <= $until_at
    AND ($environment IS NULL OR list_contains($environment::VARCHAR[], coalesce(nullif(environment, ''), '(untagged)')))
    AND ($organization IS NULL OR list_contains($organization::VARCHAR[], coalesce(nullif(organization, ''), '(untagged)')))
    AND ($team IS NULL OR list_contains($team::VARCHAR[], coalesce(nullif(team, ''), '(untagged)')))
    AND ($project IS NULL OR list_contains($project::VARCHAR[], coalesce(nullif(project, ''), '(untagged)')))
    AND ($workflow IS NULL OR list_contains($workflow::VARCHAR[], coalesce(nullif(workflow_id, ''), '(untagged)')))
    AND ($model IS NULL OR list_contains($model::VARCHAR[], coalesce(nullif(model, ''), '(untagged)')))
    AND ($source IS NULL OR list_contains($source::VARCHAR[], traffic_source))
    AND ($step IS NULL OR list_contains($step::VARCHAR[], coalesce(nullif(step, ''), '(untagged)')))
    AND ($class IS NULL OR list_contains($class::VARCHAR[], spend_class))
    AND ($prompt IS NULL OR list_contains($prompt::VARCHAR[], coalesce(nullif(prompt_version, ''), '(untagged)')))
    AND ($cost_center IS NULL OR list_contains($cost_center::VARCHAR[], coalesce(nullif(cost_center, ''), '(untagged)')))
    AND ($feature IS NULL OR list_contains($feature::VARCHAR[], coalesce(nullif(feature, ''), '(untagged)')))
    AND ($customer IS NULL OR list_contains($customer::VARCHAR[], coalesce(nullif(customer_id, ''), '(untagged)')))
    AND ($task IS NULL OR list_contains($task::VARCHAR[], coalesce(nullif(task_id, ''), '(untagged)')))
    AND ($user IS NULL OR list_contains($user::VARCHAR[], coalesce(nullif(user_id, ''), '(untagged)')))
    AND ($service IS NULL OR list_contains($service::VARCHAR[], coalesce(nullif(service_name, ''), '(untagged)')))
    AND ($agent IS NULL OR list_contains($agent::VARCHAR[], coalesce(nullif(agent_name, ''), '(untagged)')))
    AND ($run IS NULL OR list_contains($run::VARCHAR[], coalesce(nullif(workflow_run_id, ''), '(untagged)')))
    AND ($hour IS NULL OR list_contains($hour::VARCHAR[], strftime(timezone($tz, started_at), '%a %H')))
