"""Queries as a whole: common tables, subqueries, joins."""

from sqlglot import exp

from spanledger.spark.sql.rules import call, rule


@rule("`with x as materialized (…)`", "`with x as (…)`", "Spark keeps no common table by word", exp.CTE)
def _materialized(node: exp.Expression) -> exp.Expression:
    node.set("materialized", None)
    return node


@rule(
    "`unnest(a), unnest(b)` side by side in a select",
    "`inline(arrays_zip(a, b))`",
    "Spark would pair each of one with each of the other",
    exp.Select,
)
def _unnests(node: exp.Expression) -> exp.Expression:
    found = [one for one in node.expressions if isinstance(one.unalias(), exp.Explode)]
    if len(found) < 2:
        return node
    zipped = call("arrays_zip", *(one.unalias().this for one in found))
    names = [exp.to_identifier(one.alias) for one in found]
    together = exp.Aliases(this=call("inline", zipped), expressions=names)
    rest = [one for one in node.expressions if one not in found]
    node.set("expressions", [*rest, together])
    return node
