-- How right forecasts were whose days are over, by scope and horizon: what was published before what methods said alone.
select
    organization,
    scope_kind,
    scope,
    horizon,
    method,
    n,
    n_made_in_time,
    round(mae_usd, 6) as mae_usd,
    round(wape, 4) as wape,
    round(mase, 4) as mase,
    round(coverage_80, 4) as coverage_80
from rpt_forecast_accuracy
where
    $organization in ('', organization)
    and $kind in ('', scope_kind)
    and $scope in ('', coalesce(scope, ''))
    and $horizon in ('', horizon)
order by organization, scope_kind != 'organization', scope_kind, scope, horizon, method != 'published', wape, method
