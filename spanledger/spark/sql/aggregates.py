"""Aggregates: what they do with nulls, and in which order."""

from sqlglot import exp

from spanledger.spark.sql.rules import NotTranslatedError, call, rule, said


def order_key(key: exp.Expression) -> exp.Expression:
    """``key`` so that Spark orders it as DuckDB does: nulls last, inside of tuples too."""
    parts = key.expressions if isinstance(key, exp.Tuple) else [key]
    fields: list[exp.Expression] = []
    for part in parts:
        fields += [said("isnull(:x)", x=part), part.copy()]
    return call("struct", *fields)


def filtered(node: exp.Expression, aggregate: exp.Expression, condition: exp.Expression) -> exp.Expression:
    """``aggregate`` over the rows of ``condition`` beside those of the filter around ``node``, if there is one."""
    around = node.parent
    if isinstance(around, exp.Filter) and around.this is node:
        inner = around.expression.this
        around.expression.set("this", said(":a and :b", a=inner, b=condition))
        return aggregate
    return exp.Filter(this=aggregate, expression=exp.Where(this=condition))


@rule(
    "`arg_min(x, key)`, `arg_max`, also with a tuple as key",
    "`min_by(x, struct(isnull(key), key)) filter (where x is not null)`",
    "DuckDB passes over rows without `x`, Spark does not; inside a tuple DuckDB puts nulls last, Spark first",
    exp.ArgMin,
    exp.ArgMax,
)
def _arg(node: exp.Expression) -> exp.Expression:
    name = "min_by" if isinstance(node, exp.ArgMin) else "max_by"
    value, key = node.this, node.expression
    if node.args.get("count") is not None:
        return _several(node, [key, value], node.args["count"], isinstance(node, exp.ArgMin))
    condition = said(":x is not null", x=value)
    if not isinstance(key, exp.Tuple):
        return filtered(node, call(name, value, key), said(":x is not null and :k is not null", x=value, k=key))
    return filtered(node, call(name, value, order_key(key)), condition)


@rule(
    "`arg_min_null(x, key)`, `arg_max_null`",
    "`min_by(x, key)`",
    "these keep a null `x`",
    "arg_min_null",
    "arg_max_null",
)
def _arg_null(node: exp.Expression) -> exp.Expression:
    name = "min_by" if node.name.lower() == "arg_min_null" else "max_by"
    value, key = node.expressions
    return call(name, value, order_key(key) if isinstance(key, exp.Tuple) else key)


@rule(
    "`list(x order by key)`",
    "`array_sort(collect_list(struct(isnull(key), key, x)))` and its `x`s",
    "Spark's collect_list has no order, leaves out nulls and gives an empty list for no rows, where DuckDB gives null",
    exp.ArrayAgg,
)
def _list(node: exp.Expression) -> exp.Expression:
    inner = node.this
    if isinstance(inner, exp.Distinct):
        return _distinct(node, inner)
    if not isinstance(inner, exp.Order):
        raise NotTranslatedError(f"list() without an order: say `order by`: {node.sql('duckdb')}")
    fields: list[exp.Expression] = []
    backwards = {bool(key.args.get("desc")) for key in inner.expressions}
    if len(backwards) > 1:
        raise NotTranslatedError(f"list() in a mixed order: {node.sql('duckdb')}")
    for number, key in enumerate(inner.expressions):
        last = not key.args.get("nulls_first")
        flag = "isnull(:x)" if last != backwards.issubset({True}) else "isnotnull(:x)"
        fields += [
            exp.alias_(said(flag, x=key.this), f"null_{number}"),
            exp.alias_(key.this.copy(), f"key_{number}"),
        ]
    rows = call("collect_list", call("struct", *fields, exp.alias_(inner.this.copy(), "of_list")))
    return in_place(node, rows, "nullif(transform(:sorted, one -> one.of_list), array())", backwards == {True})


def in_place(node: exp.Expression, rows: exp.Expression, template: str, backwards: bool = False) -> exp.Expression:
    """The list made of the aggregate ``rows``; a filter around ``node`` moves inwards to the aggregate."""
    around = node.parent
    kept: exp.Expression = rows
    if isinstance(around, exp.Filter) and around.this is node:
        kept = exp.Filter(this=rows, expression=around.expression.copy())
    arranged = call("array_sort", kept)
    made = said(template, sorted=call("reverse", arranged) if backwards else arranged)
    if kept is not rows:
        assert isinstance(around, exp.Filter)
        around.set("expression", None)
        around.replace(made)
        return node
    return made


def _distinct(node: exp.Expression, inner: exp.Distinct) -> exp.Expression:
    [value] = inner.expressions
    rows = call("collect_set", call("struct", exp.alias_(value.copy(), "of_list")))
    return in_place(node, rows, "nullif(transform(:sorted, one -> one.of_list), array())", False)


@rule(
    "`count(distinct x) over w`",
    "`size(collect_set(x) over w)`",
    "Spark has no distinct in windows",
    exp.Window,
)
def _distinct_over(node: exp.Expression) -> exp.Expression:
    filtered_by = node.this if isinstance(node.this, exp.Filter) else None
    count = filtered_by.this if filtered_by is not None else node.this
    if not isinstance(count, exp.Count) or not isinstance(count.this, exp.Distinct):
        return node
    value = count.this.expressions[0]
    if filtered_by is not None:
        value = exp.Case(ifs=[exp.If(this=filtered_by.expression.this, true=value.copy())])
    window = node.copy()
    window.set("this", call("collect_set", value.copy()))
    return call("size", window)


@rule(
    "`max(x, n)`, `min(x, n)`, `arg_max(x, key, n)`, `arg_min`",
    "`slice(array_sort(collect_list(…)), 1, n)`",
    "Spark's take one value alone",
    exp.Max,
    exp.Min,
)
def _top(node: exp.Expression) -> exp.Expression:
    count = node.args.get("count") or (node.expressions[0] if node.expressions else None)
    return node if count is None else _several(node, [node.this], count, isinstance(node, exp.Min))


def _several(node: exp.Expression, of: list[exp.Expression], count: exp.Expression, is_least: bool) -> exp.Expression:
    """A list of the last of ``of`` in the ``count`` rows with the least or the greatest of the first."""
    fields = [exp.alias_(part.copy(), f"part_{number}") for number, part in enumerate(of)]
    known = said(
        " and ".join(f":x{number} is not null" for number in range(len(of))), **{f"x{n}": x for n, x in enumerate(of)}
    )
    row = exp.Case(ifs=[exp.If(this=known, true=call("struct", *fields))])
    last = f"one.part_{len(of) - 1}"
    template = f"nullif(slice(transform(:sorted, one -> {last}), 1, {count.sql('spark')}), array())"
    return in_place(node, call("collect_list", row), template, not is_least)
