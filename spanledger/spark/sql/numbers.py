"""Numbers and their types."""

from sqlglot import exp

from spanledger.spark.sql.rules import call, rule, said


@rule(
    "`a / b`",
    "`cast(a as double) / cast(b as double)`",
    "DuckDB's `/` is of doubles, whatever its parts; Spark divides decimals as such, and ends with an error at 0",
    exp.Div,
)
def _divide(node: exp.Expression) -> exp.Expression:
    above, below = node.this, node.expression
    bare = below.unnest()
    bare = bare.expressions[-1] if isinstance(bare, exp.Greatest) else bare  # no less than a number above 0
    if (isinstance(bare, exp.Literal) and bare.is_number and float(bare.name) > 0) or isinstance(bare, exp.Nullif):
        return said("(cast(:a as double) / cast(:b as double))", a=above, b=below)
    made = said(
        "(case when cast(:b as double) = 0 then cast(:a as double) * double('infinity') "
        "else cast(:a as double) / nullif(cast(:b as double), 0) end)",
        a=above,
        b=below,
    )
    made.meta["is_double"] = True
    return made


@rule("`hugeint`", "`decimal(38, 0)`", "Spark has no integer of 128 bits", exp.DataType)
def _hugeint(node: exp.Expression) -> exp.Expression:
    if node.this == exp.DataType.Type.INT128:
        return exp.DataType.build("decimal(38, 0)", dialect="spark")
    return node


@rule("`avg(x)`", "`avg(cast(x as double))`", "DuckDB's is a double, whatever `x` is", exp.Avg)
def _average(node: exp.Expression) -> exp.Expression:
    if not isinstance(node.this, exp.Order):  # that one is in `sums`
        node.set("this", said("cast(:x as double)", x=node.this))
    return node


_DOUBLES = exp.Div | exp.Sqrt | exp.Exp | exp.Ln | exp.Log | exp.Pow | exp.Avg
"""What is of type double whatever its parts are."""


@rule(
    "`cast(a / b as bigint)`", "`cast(rint(…) as bigint)`", "DuckDB rounds a double to an integer, Spark cuts", exp.Cast
)
def _rounded(node: exp.Expression) -> exp.Expression:
    is_double = node.this.meta.get("is_double") or isinstance(node.this.unnest(), _DOUBLES)
    if not is_double or node.args["to"].this not in exp.DataType.INTEGER_TYPES:
        return node
    node.set("this", call("rint", node.this))
    return node
