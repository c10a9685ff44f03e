-- What a build knows beside its models.
create schema meta;

create table meta.build (
    build_id varchar not null,
    fingerprint varchar not null,
    prices varchar not null, -- digest of the rates and of how names are resolved
    finished_at timestamptz
);

-- Log segments whose spans are in this build, and those of them that were not in the one before.
create table meta.segments (segment varchar not null);
create table meta.new_segments (segment varchar not null);

-- Parquet files that hold the rows of each history model, and the dates this build wrote again.
create table meta.history_files (model varchar not null, date date not null, path varchar not null);
create table meta.touched_dates (model varchar not null, date date);

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

-- What the published build says of each call; a view that the builder opens where there is one.
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
    cost_usd decimal(28, 12)
);
create table meta.published (build_id varchar, finished_at timestamptz);

-- Published figures that changed, as recorded by the builds before this one.
create table meta.restatements (
    build_id varchar,
    restated_at timestamptz,
    published_build_id varchar,
    call_id varchar,
    organization varchar,
    date date,
    provider varchar,
    model varchar,
    reason varchar,
    old_cost_usd decimal(28, 12),
    new_cost_usd decimal(28, 12),
    change_usd decimal(28, 12)
);
