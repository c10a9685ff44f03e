"""Sums in an order, quantiles, and counts of rows that nothing orders."""

from sqlglot import exp

from spanledger.spark.sql.aggregates import in_place, order_key
from spanledger.spark.sql.rules import NotTranslatedError, call, rule, said


@rule(
    "`sum(x order by key)`, `avg(x order by key)`",
    "`aggregate` over the sorted list of what is not null",
    "Spark's sums have no order, and the last digit of a sum of doubles depends on it; both are doubles here",
    exp.Sum,
    exp.Avg,
)
def _ordered(node: exp.Expression) -> exp.Expression:
    order = node.this
    if not isinstance(order, exp.Order):
        return node
    if any(key.args.get("desc") for key in order.expressions):
        raise NotTranslatedError(f"a sum in descending order: {node.sql('duckdb')}")
    key = order_key(exp.Tuple(expressions=[key.this for key in order.expressions]))
    row = call("struct", exp.alias_(key, "place"), exp.alias_(said("cast(:x as double)", x=order.this), "of_sum"))
    rows = said("collect_list(case when :x is not null then :row end)", x=order.this, row=row)
    mean = "/ size(:sorted)" if isinstance(node, exp.Avg) else ""
    summed = f"aggregate(:sorted, 0d, (sofar, one) -> sofar + one.of_sum) {mean}"
    return in_place(node, rows, f"(case when size(:sorted) > 0 then {summed} end)")


@rule(
    "`quantile_cont(x, p)`",
    "`percentile(x, p)`",
    "sqlglot would take Spark's approximate one",
    exp.PercentileCont,
)
def _quantile(node: exp.Expression) -> exp.Expression:
    if node.expression is None or isinstance(node.parent, exp.WithinGroup):
        raise NotTranslatedError(f"say quantile_cont(x, p): {node.parent.sql('duckdb') if node.parent else node}")
    return call("percentile", node.this, node.expression)


@rule(
    "`row_number() over ()`",
    "`monotonically_increasing_id()`",
    "Spark numbers rows in an order alone; what matters is that no two are alike",
    exp.Window,
)
def _numbered(node: exp.Expression) -> exp.Expression:
    is_bare = not any(node.args.get(part) for part in ("partition_by", "order", "spec", "alias"))
    return call("monotonically_increasing_id") if is_bare and isinstance(node.this, exp.RowNumber) else node


@rule("`any_value(x)`", "`any_value(x, true)`", "DuckDB's is of what is not null", exp.IgnoreNulls)
def _any(node: exp.Expression) -> exp.Expression:
    return call("any_value", node.this.this, "true") if isinstance(node.this, exp.AnyValue) else node
