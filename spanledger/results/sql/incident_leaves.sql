-- What an incident is made of, as it came and as the same hours of the days before let expect: one row per smallest part.
with flagged as (
    select unnest($hours::timestamptz[]) as hour_at
),

-- how often each hour of the day was flagged
hours as (
    select
        hour(hour_at) as hour,
        count(*) as times
    from flagged
    group by all
),

spend as (
    select *
    from main.rpt_spend_hourly
    where
        organization = $organization
        and environment is not distinct from $environment
        and date between $before_first::date and $last::date
        and is_in_scope($kind, $scope, traffic_source, team, project, workflow_id, model)
),

-- days on which the organization sent anything: others are not known, not zero
days as (
    select count(distinct date) as known
    from main.rpt_spend_hourly
    where organization = $organization and date between $before_first::date and $before_last::date
),

sides as (
    select
        spend.*,
        true as is_actual,
        1 as times,
        1 as days
    from spend
    where hour_at in (select hour_at from flagged)
    union all
    select
        spend.*,
        false as is_actual,
        hours.times,
        (select greatest(known, 1) from days) as days
    from spend
    inner join hours on hour(spend.hour_at) = hours.hour
    where spend.date <= $before_last::date
)

select
    workflow_id as workflow,
    model,
    team,
    project,
    traffic_source,
    is_actual,
    cast(sum(calls * times) as double) / any_value(days) as calls,
    cast(sum(input_tokens * times) as double) / any_value(days) as input_tokens,
    cast(sum(output_tokens * times) as double) / any_value(days) as output_tokens,
    cast(sum((cost_usd - output_cost_usd) * times) as double) / any_value(days) as input_usd,
    cast(sum(output_cost_usd * times) as double) / any_value(days) as output_usd
from sides
group by workflow_id, model, team, project, traffic_source, is_actual
order by all
