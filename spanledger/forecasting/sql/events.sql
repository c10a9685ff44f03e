create table meta.events (
    position bigint not null,
    name varchar not null,
    organization varchar, -- null: each
    scope_kind varchar, -- null: all spend
    scope varchar,
    first_date date not null,
    last_date date not null,
    factor decimal(18, 9) not null
);
