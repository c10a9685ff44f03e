-- Forecasts kept in time whose days were over before a day: what their method expected, and what came.
with said as (
    select
        kept.* exclude (points),
        point.usd as expected_usd
    from (
        select
            *,
            unnest(points) as point
        from forecast_records
    ) as kept
    where
        kept.organization = $organization
        and kept.last_on < $day::date
        and kept.made_on > $day::date - 182
        and kept.scale_usd > 0
        and point.method = kept.method
)

select
    said.made_on,
    said.horizon_days,
    said.method,
    said.expected_usd,
    coalesce(sum(spend.cost_usd), 0)::double as actual_usd,
    said.scale_usd,
    said.scope_kind || ':' || coalesce(said.scope, chr(9) || 'none') as key
from said
left join forecast_spend as spend
    on said.organization = spend.organization
    and said.scope_kind = spend.scope_kind
    and said.scope is not distinct from spend.scope
    and spend.date between said.made_on and said.last_on
group by all
order by all
