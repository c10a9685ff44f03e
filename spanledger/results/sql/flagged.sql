-- The flags of one stretch, with exact amounts.
select
    flags.organization,
    flags.environment,
    flags.scope_kind,
    flags.scope,
    $grain as grain,
    make_timestamptz(flags.step * range.step_seconds * 1000000) as flagged_at,
    cast(sum(steps.cost_usd) as decimal(28, 12)) as actual_usd,
    cast(round(flags.expected, 6) as decimal(28, 12)) as expected_usd,
    cast(round(flags.low, 6) as decimal(28, 12)) as low_usd,
    cast(round(flags.high, 6) as decimal(28, 12)) as high_usd,
    case when not isnan(flags.score) then round(flags.score, 3) end as score,
    flags.basis
from found_flags as flags
cross join anomaly_range as range
inner join anomaly_steps as steps
    on flags.organization = steps.organization
    and flags.environment is not distinct from steps.environment
    and flags.scope_kind = steps.scope_kind
    and flags.scope is not distinct from steps.scope
    and flags.step = steps.step
where steps.date >= range.judged_day
group by all
