-- What a build knows beside its models.
create schema meta;

create table meta.build (
    build_id varchar not null,
    fingerprint varchar not null,
    prices varchar not null, -- digest of the rates and of how names are resolved
    charges varchar not null, -- digest of the charges and of the rules that say what they cover
    allocation varchar not null, -- digest of the rules that say whose spend is, and of what was used
    tag_policy varchar not null, -- digest of the tags that calls must carry
    periods varchar not null, -- digest of what was closed and opened again
    outcome_rules varchar not null, -- digest of what scores and labels say of tasks
    made_at timestamptz not null, -- the instant of the build: what is pending is judged by it
    next_lapse timestamptz, -- when the first pending task's outcome window passes; null where none is pending
    finished_at timestamptz
);

-- Log segments whose spans are in this build, and those of them that were not in the one before.
create table meta.segments (segment varchar not null);
create table meta.new_segments (segment varchar not null);

-- Parts of `records/outcomes/` whose revisions are in this build; `meta.outcomes`, a view that the builder opens, has
-- those of the parts that were not in the one before.
create table meta.outcome_parts (part varchar not null);

-- What scores and labels say of tasks, see `transforms/outcome_rules.py`.
create table meta.evaluation_rules (
    position bigint not null,
    rule varchar not null,
    workflow varchar [] not null,
    evaluation varchar [] not null,
    lower_is_better boolean not null,
    success_at double,
    failure_beyond double,
    success_labels varchar [] not null,
    failure_labels varchar [] not null
);

create table meta.workflow_rules (
    position bigint not null,
    workflow varchar [] not null,
    outcome_window_ns bigint,
    run_error varchar
);

-- Parquet files that hold the rows of each history model, the keys whose rows in a file were replaced since it was
-- written (by this build, or one before), and the dates on which this build changed anything.
create table meta.history_files (model varchar not null, date date not null, path varchar not null, rows bigint not null);
create table meta.history_removed (
    model varchar not null, path varchar not null, key bigint not null, rows bigint not null, is_new boolean not null
);
create table meta.touched_dates (model varchar not null, date date);

-- The same of the steps before, where a build is made in several: readers have seen none of them.
create table meta.stepped_dates (model varchar not null, date date);

create table meta.model_names (
    provider varchar,
    model_name varchar not null,
    price_provider varchar,
    price_model varchar,
    rule varchar not null
);

create table meta.prices (
    price_id varchar not null,
    version varchar not null,
    price_provider varchar not null,
    price_model varchar not null,
    token_kind varchar not null,
    unit varchar not null default 'token',
    rate_class varchar not null default 'list',
    service_tier varchar not null,
    region varchar,
    input_tokens_above bigint not null,
    valid_from timestamptz not null,
    valid_to timestamptz not null,
    time_from time,
    time_to time,
    unit_price_usd decimal(28, 12) not null,
    currency varchar not null default 'USD',
    unit_price decimal(28, 12),
    source varchar not null,
    source_url varchar,
    checked_on date,
    known_at timestamptz not null,
    withdrawn_at timestamptz -- null while it is known
);

-- Names whose price changed since the previous build, and for calls of when: their calls are judged again.
create table meta.repriced_names (
    provider varchar,
    model_name varchar not null,
    from_ns bigint not null,
    to_ns bigint not null
);

-- Charges that are not tokens: every one ever entered, and those that hold, day by day.
create table meta.charges (
    charge_id varchar not null,
    category varchar not null,
    provider varchar not null,
    description varchar not null,
    amount decimal(38, 12) not null,
    currency varchar not null,
    amount_usd decimal(28, 12) not null,
    list_amount_usd decimal(28, 12) not null,
    period_from date not null,
    period_to date not null,
    source varchar not null,
    billed_on date not null,
    fx_source varchar,
    invoice_id varchar,
    quantity decimal(38, 12),
    unit varchar,
    organization varchar,
    team varchar,
    project varchar,
    cost_center varchar,
    environment varchar,
    covers varchar,
    supersedes varchar,
    stated varchar,
    known_at timestamptz not null
);

create table meta.charge_days (
    charge_id varchar not null,
    date date not null,
    effective_cost_usd decimal(28, 12) not null,
    list_cost_usd decimal(28, 12) not null,
    billed_cost_usd decimal(28, 12) not null,
    organization varchar,
    covers varchar, -- the rule whose calls it pays for
    coverage varchar -- digest of all rules
);

-- Which calls a rule matches: each column null or patterns, of which one must match.
create table meta.coverage_rules (
    rule varchar not null,
    position bigint not null,
    allocate_by varchar not null,
    dialect varchar [],
    service_name varchar [],
    environment varchar [],
    provider varchar [],
    model varchar [],
    server_address varchar [],
    region varchar [],
    service_tier varchar [],
    team varchar [],
    project varchar [],
    cost_center varchar [],
    user_id varchar [],
    session_id varchar [],
    customer_id varchar [],
    agent_name varchar []
);

-- Days on which other charges cover calls than in the previous build: their calls are shared out again.
create table meta.recharged_dates (date date not null);

-- Whose calls are that their tags do not say, see `transforms/allocation`; columns with patterns as above.
create table meta.owner_rules (
    rule varchar not null,
    position bigint not null,
    valid_from date not null,
    valid_to date not null,
    organization varchar [],
    environment varchar [],
    traffic_source varchar [],
    service_name varchar [],
    dialect varchar [],
    provider varchar [],
    model varchar [],
    server_address varchar [],
    region varchar [],
    service_tier varchar [],
    workflow_id varchar [],
    feature varchar [],
    user_id varchar [],
    session_id varchar [],
    customer_id varchar [],
    agent_name varchar [],
    charge_id varchar [],
    team varchar [],
    project varchar [],
    cost_center varchar [],
    to_team varchar,
    to_project varchar,
    to_cost_center varchar
);

-- Who carries charges that nobody owns; patterns of the calls that use them, and of the charges.
create table meta.shared_rules (
    rule varchar not null,
    position bigint not null,
    valid_from date not null,
    valid_to date not null,
    organization varchar [],
    environment varchar [],
    traffic_source varchar [],
    service_name varchar [],
    dialect varchar [],
    provider varchar [],
    model varchar [],
    server_address varchar [],
    region varchar [],
    service_tier varchar [],
    workflow_id varchar [],
    feature varchar [],
    user_id varchar [],
    session_id varchar [],
    customer_id varchar [],
    agent_name varchar [],
    charge_id varchar [],
    team varchar [],
    project varchar [],
    cost_center varchar [],
    charge_charge_id varchar [],
    charge_category varchar [],
    charge_provider varchar [],
    charge_description varchar [],
    method varchar not null,
    counted varchar not null, -- tokens, calls, seconds, cost or a metric
    is_metric boolean not null,
    over varchar not null,
    unit_price_usd decimal(28, 12)
);

-- Who is in a set of owners that a rule names; with a null set, the weights of owners that tags name together.
create table meta.owner_sets (owner_column varchar not null, owner_set varchar, owner varchar not null, weight bigint not null);

-- What stands between several owners in one text; no row where nothing does.
create table meta.owner_separators (separator varchar not null);

-- What was used, as somebody else counted it, in millionths.
create table meta.usage_metrics (
    metric varchar not null,
    date date not null,
    organization varchar not null,
    environment varchar,
    team varchar,
    project varchar,
    cost_center varchar,
    micro bigint not null
);

-- Which tags calls must carry, and services that need not for a while; see `transforms/tag_policy.py`.
create table meta.required_tags (tag varchar not null, position bigint not null, environments varchar [], allowed varchar []);
create table meta.tag_exceptions (service varchar [] not null, tags varchar [] not null, until date not null, reason varchar not null);

-- Months that are closed, and the figures they were closed with.
create table meta.closings (
    month date not null,
    closed_at timestamptz not null,
    closed_by varchar not null,
    reason varchar,
    is_forced boolean,
    unpriced_calls bigint,
    build_id varchar not null
);

create table meta.closed_figures (
    date date not null,
    organization varchar,
    environment varchar,
    team varchar,
    project varchar,
    category varchar,
    charge_id varchar,
    corrects_month date,
    corrected_category varchar,
    calls bigint,
    unknown_cost_calls bigint,
    cost_usd decimal(28, 12)
);

-- Whose the dollars of each closed month were when it was closed.
create table meta.closed_attribution (
    date date not null,
    organization varchar,
    environment varchar,
    team varchar,
    project varchar,
    cost_center varchar,
    charge_id varchar,
    traffic_source varchar,
    method varchar,
    rule varchar,
    reason varchar,
    corrects_month date,
    calls bigint,
    full_calls bigint,
    cost_usd decimal(28, 12),
    full_cost_usd decimal(28, 12)
);

-- Days before `calls_from` are closed, one row for each time that some were: their calls are no longer kept, and what came
-- since `closed_at` is in no figure of theirs. `early_cost_usd`: what later calls of tasks of those days cost then;
-- `late_cost_usd`: what such calls had cost beyond that since the closing before.
create table meta.closed_days (
    calls_from date not null,
    closed_at timestamptz not null,
    early_cost_usd decimal(28, 12) not null,
    late_cost_usd decimal(28, 12) not null
);

-- What came for closed days and was removed from the lake by its age since, by day of arrival.
create table meta.late_removed (arrived_date date not null, organization varchar not null, date date not null, spans bigint not null);

-- What the published build says of each call and task; views that the builder opens where there is one.
create table meta.published_calls (
    call_id varchar,
    organization varchar,
    date date,
    provider varchar,
    model varchar,
    input_tokens bigint,
    cached_input_tokens bigint,
    cache_write_tokens bigint,
    cache_write_1h_tokens bigint,
    output_tokens bigint,
    computed_cost_usd decimal(28, 12),
    reported_cost_usd decimal(28, 12),
    cost_usd decimal(28, 12),
    cost_source varchar,
    charge_id varchar
);
create table meta.published_tasks (
    organization varchar,
    task_id varchar,
    task_traffic_source varchar,
    workflow_id varchar,
    outcome varchar,
    outcome_source varchar,
    is_tasked boolean,
    is_pending boolean,
    task_date date
);
create table meta.published_removed (path varchar not null, key bigint not null);
create table meta.published (build_id varchar, finished_at timestamptz, outcome_rules varchar);

-- Published figures that changed, as recorded by the builds before this one.
create table meta.restatements (
    build_id varchar,
    restated_at timestamptz,
    published_build_id varchar,
    figure varchar default 'cost',
    call_id varchar,
    organization varchar,
    date date,
    provider varchar,
    model varchar,
    task_id varchar,
    traffic_source varchar,
    workflow_id varchar,
    reason varchar,
    old_cost_usd decimal(28, 12),
    new_cost_usd decimal(28, 12),
    change_usd decimal(28, 12),
    old_outcome varchar,
    new_outcome varchar,
    outcome_source varchar,
    outcome_by varchar,
    outcome_at timestamptz
);
