-- What a build knows beside its models.
create schema meta;

create table meta.build (
    build_id varchar not null,
    fingerprint varchar not null,
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
    known_at timestamptz not null default current_timestamp
);
