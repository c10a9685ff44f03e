"""Constructs that mean something else in Spark, or nothing, and that no model needs: each says what to write."""

from collections.abc import Callable

from sqlglot import exp

from spanledger.spark.sql.rules import NotTranslatedError, rule


def refuse(
    duckdb: str,
    instead: str,
    why: str,
    *kinds: type[exp.Expression] | str,
    when: Callable[[exp.Expression], bool] | None = None,
) -> None:
    """Register a rule that refuses nodes of ``kinds``, ``when`` it is so."""

    def rewrite(node: exp.Expression) -> exp.Expression:
        if when is None or when(node):
            raise NotTranslatedError(f"{duckdb} differs on Spark: {why}. {instead}: {node.sql('duckdb')[:200]}")
        return node

    rule(duckdb, f"refused: {instead}", why, *kinds)(rewrite)


def _starts_at_0(node: exp.Expression) -> bool:
    start = node.args.get("start")
    return isinstance(start, exp.Literal) and start.name == "0"


def _is_weekday(node: exp.Expression) -> bool:
    return node.this.name.lower() in ("dow", "dayofweek", "weekday", "isodow")


refuse("`hash(…)`", "order or compare by what the rows say", "each engine has its own", "hash")
refuse("`substr(s, 0, n)`", "start at 1", "DuckDB counts a place before the first", exp.Substring, when=_starts_at_0)
refuse(
    "`extract(dow from d)`", "say `date_trunc('week', d)`", "weeks begin on other days", exp.Extract, when=_is_weekday
)
refuse(
    "`dayofweek(d)`, `isodow(d)`",
    "say `date_trunc('week', d)`",
    "weeks begin on other days",
    exp.DayOfWeek,
    exp.DayOfWeekIso,
)
refuse(
    "`timestamp_ns`",
    "keep nanoseconds as bigint, cut by `at_utc` or `utc_date`",
    "Spark's times have microseconds",
    exp.DataType,
    when=lambda node: node.this == exp.DataType.Type.TIMESTAMP_NS,
)
refuse(
    "`first(x)`, `last(x)`",
    "say `arg_min(x, key)`",
    "rows have no order",
    exp.First,
    exp.Last,
    when=lambda node: node.find_ancestor(exp.Window, exp.Select).__class__ is exp.Select,
)
refuse(
    "`s ~ p`, `regexp_matches(s, p)`",
    "say `like`, `glob` or `starts_with`",
    "the two have other regular expressions",
    exp.RegexpLike,
)
refuse(
    "`asof join`, `positional join`",
    "say a window",
    "Spark has none",
    exp.Join,
    when=lambda node: (node.args.get("method") or "").upper() in ("ASOF", "POSITIONAL"),
)
refuse("`columns(…)`", "name them", "Spark has none", exp.Columns)
refuse(
    "`with recursive … union`",
    "say a macro that takes a step a statement, as `reached_from` does",
    "Spark's recursion keeps what it found before",
    exp.Union,
    when=lambda node: bool(node.args.get("distinct")) and _is_recursive(node),
)


def _is_recursive(node: exp.Expression) -> bool:
    common = node.parent
    return isinstance(common, exp.CTE) and any(table.name == common.alias for table in node.find_all(exp.Table))
