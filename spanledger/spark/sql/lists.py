"""Lists, structs and JSON."""

import json

from sqlglot import exp

from spanledger.spark.sql.rules import NotTranslatedError, call, rule, said


@rule("`l[1]`", "`try_element_at(l, 1)`", "Spark counts from 0 and ends with an error beyond the end", exp.Bracket)
def _element(node: exp.Expression) -> exp.Expression:
    [index] = node.expressions
    if isinstance(index, exp.Slice):
        return _rest(node, index)
    if index.is_string:
        return exp.Dot(this=node.this, expression=exp.to_identifier(index.name))
    # sqlglot has counted from 0 while parsing
    if index.is_int:
        found = int(index.this if isinstance(index, exp.Literal) else -int(index.this.this)) + 1
        return call("try_element_at", node.this, found)
    # and takes one off what it knows to be a whole number
    if isinstance(index, exp.Add) and isinstance(index.expression, exp.Neg):
        index = index.this
    return said("try_element_at(:l, cast(:i as int))", l=node.this, i=index)


def _rest(node: exp.Expression, part: exp.Slice) -> exp.Expression:
    if part.this is None or part.expression is not None:
        raise NotTranslatedError(f"a part of a list other than its rest: {node.sql('duckdb')}")
    return said("slice(:l, cast(:i as int), greatest(size(:l) - cast(:i as int) + 1, 0))", l=node.this, i=part.this)


@rule("`(a, b)`, `row(a, b)`", "`struct(a, b)`", "another name", "row")
def _row(node: exp.Expression) -> exp.Expression:
    return call("struct", *node.expressions)


@rule("`[f(x) for x in l if c]`", "`transform(filter(l, x -> c), x -> f(x))`", "another form", exp.Comprehension)
def _comprehension(node: exp.Expression) -> exp.Expression:
    name = node.expression
    rows = node.args["iterator"]
    condition = node.args.get("condition")
    parameter = exp.to_identifier(name.name)
    if condition is not None:
        rows = call("filter", rows, exp.Lambda(this=condition, expressions=[parameter.copy()]))
    made = call("transform", rows, exp.Lambda(this=node.this, expressions=[parameter]))
    made.meta["is_list"] = True
    return made


@rule("`[x for …]`", "without the brackets", "to sqlglot they are a list of one list", exp.Array)
def _brackets(node: exp.Expression) -> exp.Expression:
    parts = node.expressions
    return parts[0] if len(parts) == 1 and parts[0].meta.get("is_list") else node


@rule(
    "`list_bool_or(l)`, `list_bool_and(l)`",
    "`aggregate` over what is not null",
    "Spark has no such function; null for a list without values, as in DuckDB",
    "list_bool_or",
    "list_bool_and",
)
def _list_bool(node: exp.Expression) -> exp.Expression:
    [values] = node.expressions
    word = "or" if node.name.lower() == "list_bool_or" else "and"
    return said(
        f"aggregate(:l, cast(null as boolean), (sofar, one) -> coalesce(sofar {word} one, sofar, one))", l=values
    )


@rule(
    "`list_sum(l)`",
    "`aggregate` over what is not null",
    "Spark has no such function, and its own wants one type throughout: decimals are cast to 38 digits; null for a list"
    " without values, as in DuckDB",
    "list_sum",
)
def _list_sum(node: exp.Expression) -> exp.Expression:
    [values] = node.expressions
    return said(
        "aggregate(:l, nullif(get(:l, 0), get(:l, 0)), (sofar, one) -> coalesce(sofar + one, sofar, one))", l=values
    )


@rule("`list_position(l, x)`", "`nullif(array_position(l, x), 0)`", "Spark says 0 where there is none", "list_position")
def _position(node: exp.Expression) -> exp.Expression:
    values, value = node.expressions
    return said("nullif(array_position(:l, :x), 0)", l=values, x=value)


_LISTS = {"from_json", "transform", "filter", "array_sort", "array_distinct", "split"}


@rule("`len(l)` of what a function makes a list", "`size(l)`", "Spark's length is of texts", exp.Length)
def _length(node: exp.Expression) -> exp.Expression:
    of = node.this
    name = (
        of.name.lower() if isinstance(of, exp.Anonymous) else of.sql_name().lower() if isinstance(of, exp.Func) else ""
    )
    return call("size", of) if name in _LISTS else node


@rule(
    "`range(a, b)`, `generate_series(a, b)`",
    "`sequence(a, b)` where there is something between, else an empty list",
    "Spark counts down where `b` is less",
    exp.GenerateSeries,
)
def _range(node: exp.Expression) -> exp.Expression:
    if node.args.get("step") is not None:
        raise NotTranslatedError(f"a range with a step: {node.sql('duckdb')}")
    start, end = node.args["start"], node.args["end"]
    if node.args.get("is_end_exclusive"):
        end = said(":e - 1", e=end)
    return said(
        "case when :e >= :s then sequence(cast(:s as bigint), cast(:e as bigint)) "
        "else cast(array() as array<bigint>) end",
        s=start,
        e=end,
    )


@rule(
    "`from_json(s, '[{…}]')`",
    "`from_json(s, 'array<struct<…>>')`",
    "Spark writes the schema as a type",
    exp.FromJson,
    "from_json",
)
def _from_json(node: exp.Expression) -> exp.Expression:
    text, schema = (
        node.expressions if isinstance(node, exp.Anonymous) else (node.this, node.args.get("schema") or node.expression)
    )
    return call("from_json", text, exp.Literal.string(_type(json.loads(schema.name))))


_TYPES = {"VARCHAR": "string", "DOUBLE": "double", "BIGINT": "bigint", "BOOLEAN": "boolean", "JSON": "string"}


def _type(schema: object) -> str:
    if isinstance(schema, list):
        return f"array<{_type(schema[0])}>"
    if isinstance(schema, dict):
        return "struct<" + ", ".join(f"`{name}`: {_type(of)}" for name, of in schema.items()) + ">"
    return _TYPES[str(schema).upper()]
