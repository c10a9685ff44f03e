-- What this build says of a call that the published one said otherwise, and why. A call that the published build could
-- not have known, because its day was not over, is no restatement; nor is a part of a charge's day that was not over. A
-- closed month is over for good.
{%- set changed = changed_dates('int_calls') %}
-- said as dates, so that files of other days are not opened
{%- set first, last = dates_between(changed) %}
with fresh as (
    select * from {{ ref('int_calls') }}
    where date between {{ first }} and {{ last }} and date in ({{ changed }})
),

before as (
    select * from {{ source('meta', 'published_calls') }}
    where date between {{ first }} and {{ last }} and date in ({{ changed }})
),

compared as (
    select
        coalesce(fresh.call_id, before.call_id) as call_id,
        coalesce(fresh.organization, before.organization) as organization,
        coalesce(fresh.date, before.date) as date,
        coalesce(fresh.provider, before.provider) as provider,
        coalesce(fresh.model, before.model) as model,
        before.cost_usd as old_cost_usd,
        fresh.cost_usd as new_cost_usd,
        before.call_id is not null as was_published,
        coalesce(fresh.cost_source = 'covered' and before.charge_id = fresh.charge_id, false) as is_share,
        case
            when before.call_id is null then 'late'
            when fresh.call_id is null then 'withdrawn'
            {%- for count in billed_counts() %}
            when fresh.{{ count }} is distinct from before.{{ count }} then 'usage'
            {%- endfor %}
            when fresh.charge_id is distinct from before.charge_id then 'cover'
            when is_share then 'share'
            when fresh.reported_cost_usd is distinct from before.reported_cost_usd then 'reported cost'
            when fresh.computed_cost_usd is distinct from before.computed_cost_usd then 'price'
            else 'method'
        end as reason
    from fresh
    full join before on fresh.call_id = before.call_id
)

select
    (select build_id from {{ source('meta', 'build') }}) as build_id,
    (select made_at from {{ source('meta', 'build') }}) as restated_at,
    published.build_id as published_build_id,
    compared.call_id,
    compared.organization,
    compared.date,
    compared.provider,
    compared.model,
    compared.reason,
    compared.old_cost_usd,
    compared.new_cost_usd,
    {{ money('coalesce(compared.new_cost_usd, 0) - coalesce(compared.old_cost_usd, 0)') }} as change_usd
from compared
cross join {{ source('meta', 'published') }} as published
where
    compared.old_cost_usd is distinct from compared.new_cost_usd
    and (
        compared.was_published and not compared.is_share
        or compared.date < cast(published.finished_at as date)
        or date_trunc('month', compared.date) in (select month from {{ source('meta', 'closings') }})
    )
