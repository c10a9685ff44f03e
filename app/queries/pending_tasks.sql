-- Tasks within the filters that await their outcome, and when the last of their outcome windows passes.
SELECT count(*) AS tasks, max(pending_until) AS until_at
FROM scoped_tasks
WHERE is_pending AND traffic_source = $of_source;
