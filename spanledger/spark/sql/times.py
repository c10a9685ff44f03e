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
    "`t at time zone z`, `timezone(z, t)`",
    "`t` for UTC, else `from_utc_timestamp(t, z)`, and `to_utc_timestamp` of what such a call gave",
    "Spark's session is in UTC, where both kinds of timestamp say the same",
    exp.AtTimeZone,
    "timezone",
)
def _zone(node: exp.Expression) -> exp.Expression:
    moment, zone = (node.this, node.args["zone"]) if isinstance(node, exp.AtTimeZone) else node.expressions[::-1]
    if zone.is_string and zone.name == "UTC":
        return exp.Paren(this=moment) if isinstance(moment, exp.Binary) else moment
    if isinstance(moment.unnest(), exp.Cast):
        raise NotTranslatedError(f"which way does this zone count? {node.sql('duckdb')}")
    return call("to_utc_timestamp" if _is_local(moment) else "from_utc_timestamp", moment, zone)


def _is_local(moment: exp.Expression) -> bool:
    """Whether it is a wall clock's: what a zone was said of before, cut off to a unit or with a length added to it."""
    if isinstance(moment, exp.Paren | exp.TimestampTrunc | exp.Add | exp.Sub):
        return _is_local(moment.this)
    return isinstance(moment, exp.Anonymous) and moment.name == "from_utc_timestamp"
