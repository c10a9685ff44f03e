create table t (
    k bigint, g bigint, i bigint, j bigint, n bigint, d decimal(28, 12), c decimal(16, 12), x double, y double,
    s varchar, p varchar, b boolean, l bigint[], m varchar[], ns bigint, ts timestamptz
)
