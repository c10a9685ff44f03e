-- What this month and this quarter will have cost, by scope: organizations first, then the dearest of each kind.
select
    organization,
    scope_kind,
    scope,
    period_kind as period,
    period_start,
    period_end,
    spent_usd,
    p10_usd,
    p50_usd,
    p90_usd,
    burn_rate_usd,
    method,
    is_short,
    made_at
from rpt_forecast_month_end
where
    $organization in ('', organization)
    and $kind in ('', scope_kind)
    and $scope in ('', coalesce(scope, ''))
order by organization, scope_kind != 'organization', scope_kind, period_kind, p50_usd desc, scope
