-- What idempotent steps would save is a part of the retry duplicates of its day and step, and low is no more than high.
select
    savings.date,
    savings.workflow_id,
    savings.step,
    savings.low_usd,
    savings.high_usd,
    waste.retry_duplicate_cost_usd
from (
    select
        date, organization, environment, workflow_id, step, sum(calls) as calls, sum(low_usd) as low_usd, sum(high_usd) as high_usd
    from {{ ref('rpt_opportunities') }}
    where kind = 'idempotent_step' and date in ({{ touched_dates('int_calls') }})
    group by all
) as savings
left join (
    select
        date, organization, environment, workflow_id, step, sum(retry_duplicate_calls) as calls,
        sum(retry_duplicate_cost_usd) as retry_duplicate_cost_usd
    from {{ ref('rpt_retry_waste') }}
    where date in ({{ touched_dates('int_calls') }})
    group by all
) as waste
    on savings.date = waste.date
    and savings.organization = waste.organization
    and savings.environment is not distinct from waste.environment
    and savings.workflow_id is not distinct from waste.workflow_id
    and savings.step is not distinct from waste.step
where
    savings.low_usd > savings.high_usd
    or coalesce(savings.high_usd > waste.retry_duplicate_cost_usd, true)
    or coalesce(savings.calls > waste.calls, true)
