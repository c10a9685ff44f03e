"""Texts and patterns."""

from sqlglot import exp

from spanledger.spark.sql.aggregates import in_place
from spanledger.spark.sql.rules import NotTranslatedError, call, rule, said


@rule(
    "`regexp_replace(s, 'x$', y)`",
    "`regexp_replace(s, 'x\\z', y)`",
    "DuckDB replaces the first match alone, Spark all; and Java's `$` matches before a last line break too",
    exp.RegexpReplace,
)
def _replace(node: exp.Expression) -> exp.Expression:
    pattern, flags = node.expression, node.args.get("modifiers")
    everywhere = flags is not None and flags.name == "g"
    if not pattern.is_string or (flags is not None and not everywhere):
        raise NotTranslatedError(f"regexp_replace with a pattern or flags that are not plain: {node.sql('duckdb')}")
    text = pattern.name
    at_end = text.endswith("$") and not text.endswith("\\$")
    if not everywhere and not at_end and not text.startswith("^"):
        raise NotTranslatedError(
            f"regexp_replace replaces the first match only: anchor it or say 'g': {node.sql('duckdb')}"
        )
    java = exp.Literal.string(text[:-1] + "\\z" if at_end else text)
    return call("regexp_replace", node.this, java, node.args["replacement"])


@rule(
    "`s glob p`",
    "`s rlike` the pattern made a regular expression",
    "Spark has no GLOB; DuckDB's `?` is a byte, here a character of ASCII",
    exp.Glob,
)
def _glob(node: exp.Expression) -> exp.Expression:
    return said(
        r"""(:s rlike concat('(?s)^', replace(replace(replace(
            regexp_replace(:p, '([.+^$(){}|])', '\\\\$1'), '*', '.*'), '?', '[\\x00-\\x7f]'), '[!', '[^'), '\\z'))""",
        s=node.this,
        p=node.expression,
    )


@rule(
    "`cast('0x' || s as bigint)`",
    "`cast(conv(s, 16, 10) as bigint)`",
    "Spark casts decimal digits alone",
    exp.Cast,
)
def _hexadecimal(node: exp.Expression) -> exp.Expression:
    text = node.this.unnest()
    if isinstance(text, exp.DPipe) and text.this.is_string and text.this.name == "0x":
        return said("cast(conv(:s, 16, 10) as bigint)", s=text.expression)
    return node


@rule(
    "`string_agg(x, s order by y)`, `string_agg(distinct x, s order by x)`",
    "`listagg(x, s) within group (order by y)`; of distinct ones `array_join` of the sorted set",
    "another form; Spark 4.3's `listagg` of distinct ones fails beside a filter",
    exp.GroupConcat,
)
def _joined(node: exp.Expression) -> exp.Expression:
    order = node.this
    if not isinstance(order, exp.Order):
        raise NotTranslatedError(f"string_agg without an order: say `order by`: {node.sql('duckdb')}")
    if not isinstance(order.this, exp.Distinct):
        return node
    [value] = order.this.expressions
    keys = [key.this for key in order.expressions]
    if keys != [value] or order.expressions[0].args.get("desc"):
        raise NotTranslatedError(f"distinct ones in an order other than their own: {node.sql('duckdb')}")
    template = f"nullif(array_join(:sorted, {node.args['separator'].sql('spark')}), '')"
    return in_place(node, call("collect_set", value), template)
