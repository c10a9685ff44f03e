-- The marts that parts of reports ask, of the organizations acme and big, by hand.
create table rpt_spend_hourly as from (values ('acme', 1), ('big', 1)) as told (organization, calls);

create table fct_alerts as
select
    who || place as incident_id,
    'budget' as kind,
    'warning' as severity,
    case who when '' then 'no new build comes about' else concat_ws(' ', who, place, 'spent too much') end as summary,
    nullif(who, '') as organization,
    nullif(place, '') as environment,
    'recovered' as state,
    timestamptz '2026-10-10 08:00:00+00' as since_at,
    timestamptz '2026-10-10 09:00:00+00' as opened_at,
    timestamptz '2026-10-10 10:00:00+00' as recovered_at
from (values ('acme', 'prod'), ('acme', 'dev'), ('big', 'prod'), ('', '')) as told (who, place);

create table dim_budgets as
select
    *, null::varchar as environment, null::varchar as project, null::varchar as workflow_id, null::bigint as window_seconds,
    timestamptz '2026-01-01 00:00:00+00' as valid_from,
    case budget_id when 'berlin' then 'Europe/Berlin' else 'UTC' end as time_zone
from (values
    ('each-organization', '*', null), ('of-acme', 'acme', null), ('all-of-us', null, null), ('each-team', 'acme', '*'),
    ('berlin', 'acme', null)
) as told (budget_id, organization, team);

create table rpt_budget_status as
select
    budget_id, counter_key, 'month' as window_kind, 'usd' as unit, 'ok' as state, 'ann' as owner,
    nullif(dim_budgets.organization, '*') as organization,
    begun::timestamptz as window_start,
    begun::timestamptz + interval 1 month as window_end,
    timestamptz '2026-10-31 23:00:00+00' as last_call_at,
    false as is_open, 0 as unpriced_calls, 0 as uncounted_calls,
    100::decimal(28, 12) as limit_usd, null::bigint as limit_tokens, null::bigint as limit_steps,
    spent::decimal(28, 12) as spent_usd, null::bigint as spent_tokens, null::bigint as spent_steps,
    spent / 100 as share_used, null::decimal(28, 12) as forecast_usd, null::double as probability_over
from (values
    ('each-organization', 'organization=acme', 40.0, '2026-10-01 00:00:00+00'),
    ('each-organization', 'organization=big', 90.0, '2026-10-01 00:00:00+00'),
    ('of-acme', '', 40.0, '2026-10-01 00:00:00+00'), ('all-of-us', '', 60.0, '2026-10-01 00:00:00+00'),
    ('each-team', 'team=search', 10.0, '2026-10-01 00:00:00+00'), ('each-team', 'team=chat', 30.0, '2026-10-01 00:00:00+00'),
    ('berlin', '', 20.0, '2026-09-30 22:00:00+00'), ('berlin', '', 80.0, '2026-10-31 23:00:00+00')
) as told (budget_id, counter_key, spent, begun)
join dim_budgets using (budget_id);

create table rpt_forecast_month_end as
select
    organization, scope_kind, scope, 'month' as period_kind, date '2026-11-01' as period_start, true as is_complete,
    false as is_short, usd / 2 as spent_usd, usd as mean_usd, usd * 0.8 as p10_usd, usd * 1.2 as p90_usd,
    usd as burn_rate_usd
from (values
    ('acme', 'organization', 'acme', 100.0), ('acme', 'workflow', 'answer', 60.0), ('acme', 'team', 'search', 30.0),
    ('big', 'organization', 'big', 500.0), ('big', 'workflow', 'answer', 300.0), ('acme', 'environment', 'prod', 80.0)
) as told (organization, scope_kind, scope, usd);

-- acme's forecasts of three months, each made on the first and again later; big's of one month.
create table rpt_forecasts_kept as
select
    organization, 'organization' as scope_kind, organization as scope, made_on, last_day(made_on) as last_on,
    'month' as horizon, 100.0 as mean_usd, 80.0 as p10_usd, 120.0 as p90_usd, actual as actual_usd,
    actual between 80 and 120 as is_held, false as is_backfilled
from (values
    ('acme', date '2026-08-01', 110.0), ('acme', date '2026-08-20', 110.0), ('acme', date '2026-08-21', 110.0),
    ('acme', date '2026-09-01', 130.0), ('acme', date '2026-09-15', 130.0),
    ('acme', date '2026-10-01', 90.0), ('acme', date '2026-10-20', 90.0),
    ('acme', date '2026-11-01', null), ('big', date '2026-10-03', 700.0), ('big', date '2026-10-04', 700.0)
) as told (organization, made_on, actual);
