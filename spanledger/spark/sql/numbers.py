"""Numbers and their types."""

from sqlglot import exp

from spanledger.spark.sql.rules import rule, said


@rule(
    "`a / b`",
    "`cast(a as double) / cast(b as double)`",
    "DuckDB's `/` is of doubles, whatever its parts; Spark divides decimals as such, and ends with an error at 0",
    exp.Div,
)
def _divide(node: exp.Expression) -> exp.Expression:
    above, below = node.this, node.expression
    bare = below.unnest()
    if (isinstance(bare, exp.Literal) and bare.is_number and float(bare.name) != 0) or isinstance(bare, exp.Nullif):
        return said("(cast(:a as double) / cast(:b as double))", a=above, b=below)
    return said(
        "(case when cast(:b as double) = 0 then cast(:a as double) * double('infinity') "
        "else cast(:a as double) / nullif(cast(:b as double), 0) end)",
        a=above,
        b=below,
    )


@rule("`hugeint`", "`decimal(38, 0)`", "Spark has no integer of 128 bits", exp.DataType)
def _hugeint(node: exp.Expression) -> exp.Expression:
    if node.this == exp.DataType.Type.INT128:
        return exp.DataType.build("decimal(38, 0)", dialect="spark")
    return node
