-- What this build says of a task's outcome that the published one said otherwise, and who said so. An outcome that comes
-- while the task's day is not over, or while it is pending, is its first and no restatement; one that was said is always
-- one when it changes. A closed month is over for good.
{%- set changed = changed_dates('int_tasks') %}
-- said as dates, so that files of other days are not opened
{%- set first, last = dates_between(changed) %}
with fresh as (
    select * from {{ ref('int_tasks') }}
    where is_tasked and task_date between {{ first }} and {{ last }} and task_date in ({{ changed }})
),

before as (
    select * from {{ source('meta', 'published_tasks') }}
    where is_tasked and task_date between {{ first }} and {{ last }} and task_date in ({{ changed }})
),

compared as (
    select
        coalesce(fresh.organization, before.organization) as organization,
        coalesce(fresh.task_id, before.task_id) as task_id,
        coalesce(fresh.task_traffic_source, before.task_traffic_source) as task_traffic_source,
        coalesce(fresh.workflow_id, before.workflow_id) as workflow_id,
        coalesce(fresh.task_date, before.task_date) as date,
        before.task_id is null as is_late,
        fresh.task_id is null as is_withdrawn,
        fresh.outcome_source as new_source,
        before.outcome_source as old_source,
        case when before.is_pending then 'pending' else before.outcome end as old_outcome,
        case when fresh.is_pending then 'pending' else fresh.outcome end as new_outcome
    from fresh
    full join before
        on fresh.organization = before.organization
        and fresh.task_id = before.task_id
        and fresh.task_traffic_source = before.task_traffic_source
),

changed as (
    select compared.*, published.build_id as published_build_id, published.outcome_rules
    from compared
    cross join {{ source('meta', 'published') }} as published
    where
        compared.old_outcome is distinct from compared.new_outcome
        and (not compared.is_late or compared.new_outcome in ('success', 'failure'))
        and (not compared.is_withdrawn or compared.old_outcome in ('success', 'failure'))
        and (
            compared.old_outcome in ('success', 'failure')
            or coalesce(compared.old_outcome, '') != 'pending'
            and (
                compared.date < cast(published.finished_at as date)
                or date_trunc('month', compared.date) in (select month from {{ source('meta', 'closings') }})
            )
        )
)

select
    build.build_id,
    build.made_at as restated_at,
    changed.published_build_id,
    changed.organization,
    changed.date,
    changed.task_id,
    changed.task_traffic_source as traffic_source,
    changed.workflow_id,
    case
        when changed.is_late then 'late'
        when changed.is_withdrawn then 'withdrawn'
        when
            changed.outcome_rules is distinct from build.outcome_rules
            and (
                changed.new_outcome = 'pending'
                or coalesce(changed.new_source, changed.old_source) in ('score rule', 'run error')
            )
            then 'rules'
        when changed.new_outcome = 'pending' then 'late'
        when winners.revision_id is null then 'unsaid'
        else 'judged'
    end as reason,
    changed.old_outcome,
    changed.new_outcome,
    winners.source as outcome_source,
    winners.judged_by as outcome_by,
    winners.judged_at as outcome_at
from changed
cross join {{ source('meta', 'build') }} as build
left join {{ ref('int_outcome_revisions') }} as winners
    on changed.organization = winners.organization
    and changed.task_id = winners.task_id
    and changed.task_traffic_source = winners.task_traffic_source
    and winners.is_winner
