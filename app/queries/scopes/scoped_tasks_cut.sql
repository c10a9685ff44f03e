-- Tasks of the days that the period or its zone cuts. With a model chosen, all of them: no sum knows what of a task its calls
-- to one model cost. Grain: task.
SELECT *
FROM scoped_tasks
WHERE $model IS NOT NULL
    OR task_date < $first::DATE + if($tz = 'UTC', 0, 1)
    OR task_date > least($last::DATE - if($tz = 'UTC', 0, 1), timezone('UTC', $until_at::TIMESTAMPTZ)::DATE - 1)
