-- The marts that result tables read, derived from `meta.rows`: hours of calls as the test draws them.
create table rpt_spend_hourly as
select
    date,
    date::timestamp at time zone 'UTC' + to_hours(hour) as hour_at,
    'acme' as organization,
    'prod' as environment,
    team,
    null::varchar as project,
    workflow as workflow_id,
    'production' as traffic_source,
    'm' as model,
    version as prompt_version,
    null::varchar as code_version,
    calls,
    0 as unknown_cost_calls,
    1000 * calls as input_tokens,
    output_tokens,
    (output_tokens * 0.00001)::decimal(28, 12) as output_cost_usd,
    (calls * 0.01 + output_tokens * 0.00001)::decimal(28, 12) as cost_usd
from meta.rows;

create table fct_calls as
select
    *,
    hour_at as started_at,
    case when output_cost_usd > 2 then 'ann' end as user_id
from rpt_spend_hourly;

create table rpt_run_costs as
select
    date,
    organization,
    environment,
    workflow_id,
    traffic_source,
    sum(calls)::bigint as measured_runs,
    sum(cost_usd)::decimal(28, 12) as cost_usd,
    sum((calls * ln(cost_usd / calls))::decimal(18, 9))::double as log_cost_sum,
    sum((calls * ln(cost_usd / calls) ^ 2)::decimal(18, 9))::double as log_cost_squares
from rpt_spend_hourly
where calls > 0
group by all;

-- Like calls of a day, for the levers: one step a workflow, nothing asked twice.
create table rpt_call_shapes as
select
    date, organization, environment, workflow_id, 'answer' as step, traffic_source, model, 'p' as price_provider,
    model as price_model, 'standard' as service_tier, 'no' as paid_again, 'no' as asked_again, false as is_cache_hit,
    1000::bigint as input_tokens_to, 500::bigint as output_tokens_to, sum(calls)::bigint as calls,
    0::bigint as unknown_cost_calls, sum(input_tokens)::bigint as input_tokens, 0::bigint as cached_input_tokens,
    0::bigint as cache_write_tokens, sum(output_tokens)::bigint as output_tokens,
    sum(cost_usd)::decimal(28, 12) as cost_usd, sum(cost_usd - output_cost_usd)::decimal(28, 12) as input_cost_usd,
    0::decimal(28, 12) as cache_read_cost_usd, 0::decimal(28, 12) as cache_write_cost_usd,
    sum(output_cost_usd)::decimal(28, 12) as output_cost_usd
from rpt_spend_hourly
group by all;

create view fct_call_shapes as
select
    date, organization, environment, workflow_id, 'answer' as step, traffic_source, model, 'p' as price_provider,
    model as price_model, 'standard' as service_tier, 'no' as paid_again, 'no' as asked_again, false as is_cache_hit,
    1000::bigint as input_tokens_to, 500::bigint as output_tokens_to, null::varchar as call_id, cost_usd
from rpt_spend_hourly;

create table facts.int_task_steps (
    organization varchar, workflow_id varchar, step varchar, first_model varchar, date date, outcome varchar,
    unknown_cost_calls bigint, chain_cost_usd decimal(28, 12), task_traffic_source varchar, models bigint
);

create table rpt_runs_daily as
select date, organization, environment, traffic_source, workflow_id, sum(calls)::bigint as runs
from rpt_spend_hourly
group by all;

-- One run of wf-3 may cost less than it does since its second prompt; wf-2 has more than it needs; other budgets do not count.
create table dim_budgets as
select
    budget_id,
    null::varchar as organization,
    null::varchar as environment,
    null::varchar as team,
    null::varchar as project,
    workflow_id,
    unit,
    window_kind,
    limit_usd::decimal(28, 12) as limit_usd,
    null::timestamptz as valid_from,
    null::timestamptz as valid_to,
    withdrawn_at::timestamptz as withdrawn_at
from (
    values
    ('third', 'wf-3', 'usd', 'run', 0.018, null),
    ('second', 'wf-2', 'usd', 'run', 0.5, null),
    ('a month', 'wf-1', 'usd', 'month', 0.001, null),
    ('tokens', 'wf-1', 'tokens', 'run', null, null),
    ('gone', 'wf-1', 'usd', 'run', 0.001, '2026-08-01 00:00:00+00')
) as told (budget_id, workflow_id, unit, window_kind, limit_usd, withdrawn_at);

-- What forecasts read beside spend: the instant of the build, prices, budgets.
-- all calls are kept
create table meta.closed_days (calls_from date);

create table meta.build as select timestamptz '2026-10-01 12:00:00+00' as made_at;

create table dim_prices (
    price_id varchar, price_provider varchar, price_model varchar, token_kind varchar, unit varchar, rate_class varchar,
    service_tier varchar, region varchar, input_tokens_above bigint, time_from time, time_to time, unit_price_usd decimal(28, 12),
    valid_from timestamptz, valid_to timestamptz, known_at timestamptz, withdrawn_at timestamptz
);

alter table dim_budgets add column version varchar;
alter table dim_budgets add column known_at timestamptz;
alter table dim_budgets add column scope_key varchar;
alter table dim_budgets add column if not exists organization varchar;
alter table dim_budgets add column if not exists team varchar;
alter table dim_budgets add column if not exists project varchar;
alter table dim_budgets add column if not exists environment varchar;
alter table dim_budgets add column if not exists service_name varchar;
alter table dim_budgets add column if not exists feature varchar;
alter table dim_budgets add column if not exists customer_id varchar;
alter table dim_budgets add column if not exists user_id varchar;
alter table dim_budgets add column if not exists workflow_run_id varchar;
alter table dim_budgets add column if not exists task_id varchar;
alter table dim_budgets add column if not exists agent_name varchar;
alter table dim_budgets add column if not exists model varchar;
alter table dim_budgets add column if not exists traffic_source varchar;

create table rpt_budget_status (
    budget_id varchar, counter_key varchar, organization varchar, window_kind varchar, window_start timestamptz,
    window_end timestamptz, is_open boolean, is_in_force boolean, unit varchar, limit_usd decimal(28, 12),
    spent_usd decimal(28, 12), share_used double, forecast_usd decimal(28, 12), forecast_low_usd decimal(28, 12),
    forecast_high_usd decimal(28, 12), probability_over double, exhausted_on date, exhausted_early_on date,
    exhausted_late_on date, no_forecast_reason varchar, last_call_at timestamptz
);

create table rpt_data_quality (
    date date, organization varchar, environment varchar, "check" varchar, rows bigint, cost_usd decimal(28, 12), subjects varchar[]
);

create table facts.int_budget_counters (
    budget_id varchar, counter_key varchar, window_start timestamptz, is_open boolean, version varchar, known_at timestamptz
);
