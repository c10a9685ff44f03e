-- depends_on: {{ ref('int_tasks') }}
-- Days of which a task was judged again: all sums of such a day are made again.
select {{ day_key('date') }} as task_day_key
from (select distinct date from ({{ touched_dates('int_tasks') }}))
