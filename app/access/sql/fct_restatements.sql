-- A figure that changed is of a call or of a task, and whose that is today.
SELECT changes.*
FROM whole.main.fct_restatements AS changes
JOIN whole.main.fct_calls AS calls
    ON changes.organization = calls.organization AND changes.call_id = calls.call_id AND changes.date = calls.date
WHERE changes.figure = 'cost' AND may_see(calls.organization, calls.team, calls.project)
UNION ALL
SELECT changes.*
FROM whole.main.fct_restatements AS changes
JOIN whole.main.fct_tasks AS tasks
    ON changes.organization = tasks.organization
    AND changes.task_id = tasks.task_id
    AND changes.traffic_source = tasks.traffic_source
WHERE changes.figure <> 'cost' AND may_see(tasks.organization, tasks.team, tasks.project);
