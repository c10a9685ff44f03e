"""Parts of time: buckets, lengths, days without an end."""

from sqlglot import exp

from spanledger.spark.sql.rules import NotTranslatedError, rule, said

_SECONDS = {"SECOND": 1, "MINUTE": 60, "HOUR": 3600}
_DAY = 86_400


@rule(
    "`time_bucket(interval 15 minutes, t)`",
    "`t` less what is over of its microseconds",
    "another name; for lengths that a day is a multiple of, which begin at midnight of UTC on both",
    exp.DateBin,
)
def _bucket(node: exp.Expression) -> exp.Expression:
    length = node.this
    unit = length.text("unit").upper().removesuffix("S") if isinstance(length, exp.Interval) else ""
    seconds = _SECONDS.get(unit, 0) * int(length.name or 0) if unit in _SECONDS else 0
    if not seconds or _DAY % seconds:
        raise NotTranslatedError(f"a bucket that no whole number of fills a day: {node.sql('duckdb')}")
    return said(f"timestamp_micros(unix_micros(:t) - pmod(unix_micros(:t), {seconds * 1_000_000}))", t=node.expression)


_UNITS = {"MICROSECOND", "MILLISECOND", *_SECONDS, "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}


@rule(
    "`date_trunc(u, t)` of a column `u`",
    "the same",
    "sqlglot takes the name of a column for a unit",
    exp.TimestampTrunc,
)
def _unit_of_column(node: exp.Expression) -> exp.Expression:
    unit = node.args["unit"]
    if isinstance(unit, exp.Var) and unit.name.upper() not in _UNITS:
        node.set("unit", exp.column(unit.name.lower()))
    return node


@rule("`to_seconds(n)`", "`make_dt_interval(0, 0, 0, n)`", "another name", "to_seconds")
def _length(node: exp.Expression) -> exp.Expression:
    return said("make_dt_interval(0, 0, 0, :n)", n=node.expressions[0])


@rule(
    "`date 'infinity'`, `date '-infinity'`",
    "the last and the first day of four-digit years",
    "Spark's days have ends; such days are compared with, and never kept",
    exp.Cast,
)
def _endless(node: exp.Expression) -> exp.Expression:
    text = node.this
    if not (isinstance(text, exp.Literal) and text.is_string and text.name.lower().endswith("infinity")):
        return node
    if not node.to.is_type(exp.DataType.Type.DATE):
        return node
    return said("date '0001-01-01'" if text.name.startswith("-") else "date '9999-12-31'")
