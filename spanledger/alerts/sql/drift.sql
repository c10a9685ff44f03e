-- Workflows whose runs became dearer in the last fourteen days of data, and those whose runs cost more than their budget.
with latest as (select max(date) as date from rpt_usage_daily),

changed as (
    select
        'change' as what,
        *
    from rpt_drift
    where is_latest and ratio > 1 and change_date > (select date from latest) - 14
),

over as (
    select
        'budget' as what,
        *
    from rpt_drift
    where is_latest and is_over_budget
)

select
    what,
    organization,
    environment,
    workflow_id,
    traffic_source,
    change_date,
    (select date from latest) as latest_date,
    ratio,
    before_usd,
    after_usd,
    version_kind,
    version_after,
    rolling_usd,
    budget_id,
    budget_usd
from (from changed union all by name from over)
order by workflow_id, traffic_source, what
