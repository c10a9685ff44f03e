-- What the business file says of a month and scope, see `transforms/decisions/business_file.py`.
create table meta.business (
    "month" date not null,
    organization varchar not null,
    environment varchar, -- null: all together
    scope_kind varchar not null,
    scope varchar, -- null: the organization
    revenue_usd decimal(28, 12),
    other_cost_usd decimal(28, 12),
    requests bigint,
    active_users bigint
);

create table meta.business_book (digest varchar not null);
