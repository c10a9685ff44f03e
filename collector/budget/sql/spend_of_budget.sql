-- What the published build says was spent of one budget in one window: a row for each counter, and for each quarter of an
-- hour where the window rolls. Runs that were quiet since $active_since are over but for $runs.
select
    case when $each_organization then coalesce(organization, '') end as organization,
    case when $each_team then coalesce(team, '') end as team,
    case when $each_project then coalesce(project, '') end as project,
    case when $each_environment then coalesce(environment, '') end as environment,
    case when $each_service_name then coalesce(service_name, '') end as service_name,
    case when $each_feature then coalesce(feature, '') end as feature,
    case when $each_customer_id then coalesce(customer_id, '') end as customer_id,
    case when $each_user_id then coalesce(user_id, '') end as user_id,
    case when $each_workflow_id then coalesce(workflow_id, '') end as workflow_id,
    case when $each_workflow_run_id then coalesce(workflow_run_id, '') end as workflow_run_id,
    case when $each_task_id then coalesce(task_id, '') end as task_id,
    case when $each_agent_name then coalesce(agent_name, '') end as agent_name,
    case when $each_model then coalesce(model, '') end as model,
    case when $each_traffic_source then coalesce(traffic_source, '') end as traffic_source,
    case when $is_rolling then epoch(started_at)::bigint // 900 * 900 end as part,
    coalesce(sum(cost_usd), 0) as usd,
    coalesce(sum(coalesce(input_tokens, 0) + coalesce(output_tokens, 0)), 0) as tokens,
    count(*) as steps
from fct_calls
where
    ($since is null or started_at >= $since::timestamptz)
    and ($until is null or started_at < $until::timestamptz)
    and (
        $active_since is null
        or workflow_run_id in (select workflow_run_id from fct_calls where started_at >= $active_since::timestamptz)
        or workflow_run_id in (select unnest($runs))
    )
    and (not $has_organization or coalesce(organization, '') = $value_organization)
    and (not $has_team or coalesce(team, '') = $value_team)
    and (not $has_project or coalesce(project, '') = $value_project)
    and (not $has_environment or coalesce(environment, '') = $value_environment)
    and (not $has_service_name or coalesce(service_name, '') = $value_service_name)
    and (not $has_feature or coalesce(feature, '') = $value_feature)
    and (not $has_customer_id or coalesce(customer_id, '') = $value_customer_id)
    and (not $has_user_id or coalesce(user_id, '') = $value_user_id)
    and (not $has_workflow_id or coalesce(workflow_id, '') = $value_workflow_id)
    and (not $has_workflow_run_id or coalesce(workflow_run_id, '') = $value_workflow_run_id)
    and (not $has_task_id or coalesce(task_id, '') = $value_task_id)
    and (not $has_agent_name or coalesce(agent_name, '') = $value_agent_name)
    and (not $has_model or coalesce(model, '') = $value_model)
    and (not $has_traffic_source or coalesce(traffic_source, '') = $value_traffic_source)
group by all
