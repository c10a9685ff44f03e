-- What a build knows of budgets, see `transforms/budgets`. The book that holds, and when it was read:
create table meta.budget_book (
    digest varchar not null,
    made_at timestamptz not null,
    has_reservations boolean -- whether it is known what is promised
);

-- Every version of a budget ever known; a dimension is null where the scope does not name it, * for each value.
create table meta.budgets (
    version varchar not null,
    budget_id varchar not null,
    owner varchar not null,
    description varchar,
    scope varchar not null,
    "each" varchar [] not null,
    organization varchar,
    team varchar,
    project varchar,
    environment varchar,
    service_name varchar,
    feature varchar,
    customer_id varchar,
    user_id varchar,
    workflow_id varchar,
    workflow_run_id varchar,
    task_id varchar,
    agent_name varchar,
    model varchar,
    traffic_source varchar,
    unit varchar not null,
    limit_usd decimal(28, 12),
    limit_count bigint,
    window_kind varchar not null,
    window_seconds bigint,
    time_zone varchar not null,
    thresholds varchar not null,
    threshold_at decimal(12, 6) [] not null,
    threshold_policy varchar [] not null,
    threshold_to varchar [],
    when_unreachable varchar not null,
    deadline_ms bigint not null,
    alternatives varchar [] not null,
    valid_from timestamptz,
    valid_to timestamptz,
    scope_key varchar not null,
    counter_kind varchar not null,
    known_at timestamptz not null,
    withdrawn_at timestamptz -- null while it holds
);

-- Every override ever known.
create table meta.budget_overrides (
    version varchar not null,
    budget_id varchar not null,
    limit_usd decimal(28, 12),
    limit_count bigint,
    factor decimal(18, 6),
    counter_parts varchar [] not null,
    reason varchar not null,
    given_by varchar not null,
    valid_from timestamptz,
    valid_to timestamptz not null,
    position bigint not null,
    known_at timestamptz not null,
    withdrawn_at timestamptz
);

-- What is promised and not yet settled, in the unit of its budget.
create table meta.budget_reservations (
    budget_id varchar not null,
    counter_key varchar not null,
    window_start timestamptz,
    is_open boolean not null default true, -- only of windows that are
    amount_usd decimal(28, 12),
    amount_count bigint
);

-- Scopes that the previous build did not count: all days are read for them.
create table meta.new_budget_scopes (scope_key varchar not null);
