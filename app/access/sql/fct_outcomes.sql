-- What was said of how a task ended belongs to the task.
SELECT outcomes.*
FROM whole.main.fct_outcomes AS outcomes
JOIN whole.main.fct_tasks AS tasks
    ON outcomes.organization = tasks.organization
    AND outcomes.task_id = tasks.task_id
    AND outcomes.traffic_source = tasks.traffic_source
WHERE may_see(tasks.organization, tasks.team, tasks.project);
