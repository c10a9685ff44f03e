-- After how many steps a loop should be stopped: twice what 95 of 100 loops of its kind in tasks that succeeded took, at
-- least 10. The longest of them is left out, so no loop moves the limit it is measured by; fewer than 20 others tell
-- nothing.
with lengths as (
    select
        organization,
        workflow_id,
        is_agent,
        loop_name,
        steps,
        sum(loops) as loops
    from {{ ref('int_loop_days') }}
    group by organization, workflow_id, is_agent, loop_name, steps
),

counted as (
    select
        *,
        sum(loops) over so_far as loops_so_far,
        sum(loops) over kind - 1 as others
    from lengths
    window
        kind as (partition by organization, workflow_id, is_agent, loop_name),
        so_far as (
            partition by organization, workflow_id, is_agent, loop_name
            order by steps rows between unbounded preceding and current row
        )
)

select
    organization,
    workflow_id,
    is_agent,
    loop_name,
    cast(max(others) as bigint) as usual_loops,
    cast(min(steps) filter (where loops_so_far >= ceil(0.95 * others)) as bigint) as usual_steps,
    cast(case
        when max(others) >= {{ var('loops_needed') }}
            then greatest({{ var('least_step_limit') }}, 2 * min(steps) filter (where loops_so_far >= ceil(0.95 * others)))
    end as bigint) as step_limit
from counted
group by organization, workflow_id, is_agent, loop_name
