-- A run of this build has its key once, all its calls and all their cost.
with runs as (
    select
        organization,
        run_id,
        count(*) as rows,
        sum(calls) as calls,
        sum(cost_usd) as cost_usd,
        sum(unknown_cost_calls) as unknown_cost_calls
    from {{ ref('int_runs') }}
    where date in ({{ written_dates('int_runs') }}) and run_key in (select run_key from {{ ref('int_touched_runs') }})
    group by organization, run_id
),

calls as (
    select
        organization,
        run_id,
        count(*) as calls,
        coalesce(sum(cost_usd), 0) as cost_usd,
        count(*) filter (where cost_usd is null) as unknown_cost_calls
    from {{ ref('int_calls_classified') }}
    where run_key in (select run_key from {{ ref('int_touched_runs') }})
    group by organization, run_id
)

select *
from runs
full join calls using (organization, run_id)
where
    runs.rows is distinct from 1
    or runs.calls is distinct from calls.calls
    or runs.cost_usd is distinct from calls.cost_usd
    or runs.unknown_cost_calls is distinct from calls.unknown_cost_calls
