{{ config(materialized='daily', touched_by=['int_calls']) }}
-- Idempotent step boundaries: a run that begins again takes a finished step's result instead of paying for it again. What
-- a hash proves is the least they save; what repeats a step by its position with as many tokens is most likely the same.
with repeats as (
    select
        *,
        duplicate_evidence != 'position' as is_proven
    from {{ ref('fct_calls') }}
    where
        date in ({{ touched_dates('int_calls') }})
        and spend_class = 'retry_duplicate'
        and duplicate_of_run_id != workflow_run_id
),

summed as (
    select
        date,
        organization,
        environment,
        workflow_id,
        step,
        traffic_source,
        'idempotent_step' as kind,
        count(*) as calls,
        count(distinct task_id) as tasks,
        count(*) filter (where is_proven) as proven_calls,
        count(*) filter (where cost_usd is null) as unknown_cost_calls,
        {{ money('coalesce(sum(cost_usd), 0)') }} as saving_usd,
        {{ money('coalesce(sum(cost_usd) filter (where is_proven), 0)') }} as low_usd
    from repeats
    group by all
)

select
    *,
    saving_usd as high_usd,
    proven_calls || ' by equal input, ' || (calls - proven_calls) || ' by position, after a run began again' as evidence
from summed
