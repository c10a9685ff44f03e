"""Moments, days and zones. Every time is UTC on both engines, and Spark's TIMESTAMP says what both of DuckDB's do."""

from sqlglot import exp

from spanledger.spark.sql.rules import NotTranslatedError, call, rule, said


@rule("`make_timestamptz(us)`", "`timestamp_micros(us)`", "another name", "make_timestamptz")
def _micros(node: exp.Expression) -> exp.Expression:
    [us] = node.expressions
    return call("timestamp_micros", us)


@rule(
    "`make_timestamp_ns(ns)`",
    "`timestamp_micros(ns div 1000)`",
    "Spark's times have microseconds, to which DuckDB cuts these for a date or a time of day",
    "make_timestamp_ns",
)
def _nanos(node: exp.Expression) -> exp.Expression:
    [ns] = node.expressions
    return said("timestamp_micros(:ns div 1000)", ns=ns)


@rule("`epoch_ns(t)`", "`unix_micros(t) * 1000`", "another name and unit", "epoch_ns")
def _epoch(node: exp.Expression) -> exp.Expression:
    [moment] = node.expressions
    return said("(unix_micros(cast(:t as timestamp)) * 1000)", t=moment)


@rule(
    "`t at time zone 'UTC'`, `timezone('UTC', t)`",
    "`t`",
    "Spark's session is in UTC, where both kinds of timestamp say the same",
    exp.AtTimeZone,
    "timezone",
)
def _zone(node: exp.Expression) -> exp.Expression:
    moment, zone = (node.this, node.args["zone"]) if isinstance(node, exp.AtTimeZone) else node.expressions[::-1]
    if zone.name != "UTC":
        raise NotTranslatedError(f"a zone other than UTC: {node.sql('duckdb')}")
    return exp.Paren(this=moment) if isinstance(moment, exp.Binary) else moment
