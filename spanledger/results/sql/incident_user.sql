-- The user who spent most in the hours of an incident, and how much all of it was.
with flagged as (
    select unnest($hours::timestamptz[]) as hour_at
),

spent as (
    select
        user_id,
        sum(cost_usd) as cost_usd
    from main.fct_calls
    where
        organization = $organization
        and environment is not distinct from $environment
        and date between $first::date and $last::date
        -- of an incident that began on a closed day some calls are gone, and nobody is named
        and $first::date >= coalesce((select max(calls_from) from meta.closed_days), '-infinity'::date)
        and date_trunc('hour', started_at) in (select hour_at from flagged)
        and is_in_scope($kind, $scope, traffic_source, team, project, workflow_id, model)
    group by user_id
)

select
    user_id,
    cost_usd,
    sum(cost_usd) over () as all_usd
from spent
qualify user_id is not null
order by cost_usd desc nulls last, user_id
limit 1
