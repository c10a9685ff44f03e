"""What is in a list, and parts of it."""

from sqlglot import exp

from spanledger.spark.sql.rules import NotTranslatedError, call, rule, said


@rule("`list_has_all(l, of)`", "`forall(of, one -> array_contains(l, one))`", "another name", "list_has_all")
def _has_all(node: exp.Expression) -> exp.Expression:
    values, of = node.expressions
    return said("forall(:of, one -> array_contains(:l, one))", l=values, of=of)


@rule(
    "`list_contains(l, x)`",
    "`exists(l, one -> one <=> x)`",
    "Spark's `array_contains` is null where the list holds a null and not `x`",
    exp.ArrayContains,
)
def _contains(node: exp.Expression) -> exp.Expression:
    return said("exists(:l, one -> one <=> :x)", l=node.this, x=node.expression)


@rule("`list_slice(l, 1, n)`", "`slice(l, 1, n)`", "Spark asks for a length, DuckDB for the end", "list_slice")
def _slice(node: exp.Expression) -> exp.Expression:
    values, begin, end = node.expressions
    if begin.name != "1":
        raise NotTranslatedError(f"a slice from elsewhere than 1: {node.sql('duckdb')}")
    return call("slice", values, begin, end)


@rule(
    "`list_filter(l, lambda x, i: …)`, `list_transform`",
    "`filter(l, (x, i) -> …)` with `i + 1`",
    "DuckDB counts from 1, Spark from 0",
    exp.Lambda,
)
def _place(node: exp.Expression) -> exp.Expression:
    if len(node.expressions) != 2 or not isinstance(node.parent, exp.ArrayFilter | exp.Transform):
        return node
    place = node.expressions[1].name
    for used in [one for one in node.this.find_all(exp.Identifier) if one.name == place]:
        whole = used.parent if isinstance(used.parent, exp.Column) else used
        whole.replace(said("(:i + 1)", i=whole))
    return node
