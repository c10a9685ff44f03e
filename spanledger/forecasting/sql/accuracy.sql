-- How right forecasts of the last half year were: the published ones, and what each method alone would have said. Sums
-- are exact, so that no order of rows changes them.
with scored as (
    select
        kept.* exclude (points, method),
        unnest([{'method': 'published', 'usd': p50_usd::double}] || points) as said
    from forecast_kept as kept
    where actual_usd is not null
),

by_method as (
    select
        * exclude (said),
        said.method as method,
        abs(said.usd::decimal(28, 12) - actual_usd) as error_usd,
        said.method = 'published' as has_range
    from scored
)

select
    organization,
    environment,
    scope_kind,
    scope,
    method,
    horizon,
    count(*) as n,
    count(*) filter (where not is_backfilled) as n_made_in_time,
    avg(error_usd) as mae_usd,
    sum(error_usd)::double / nullif(sum(actual_usd), 0)::double as wape,
    avg((error_usd::double / seasonal_scale_usd)::decimal(28, 12)) as mase,
    avg(is_held::integer) filter (where has_range) as coverage_80,
    avg((p90_usd - p10_usd)::decimal(28, 12)) filter (where has_range) as width_80_usd
from by_method
group by all
order by all
