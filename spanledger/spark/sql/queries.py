"""Queries as a whole: common tables, subqueries, joins."""

from sqlglot import exp

from spanledger.spark.sql.rules import NotTranslatedError, call, rule


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


@rule(
    "`(a, b) in (select (x, y) …)`",
    "`exists (select … where x <=> a and y <=> b)`",
    "as a tuple, one with a null is equal to itself in DuckDB; Spark takes it apart, and then it is not",
    exp.In,
)
def _tuple_in(node: exp.Expression) -> exp.Expression:
    query = node.args.get("query")
    if query is None or not isinstance(node.this, exp.Tuple):
        return node
    inner = query.unnest()
    if len(inner.expressions) != 1 or not isinstance(inner.expressions[0].unalias(), exp.Tuple):
        return node
    parts, asked = list(inner.expressions[0].unalias().expressions), node.this.expressions
    if len(parts) != len(asked):
        raise NotTranslatedError(f"a tuple in rows of another length: {node.sql('duckdb')[:200]}")
    inner.set("expressions", [exp.alias_(part.unalias(), f"part_{number}") for number, part in enumerate(parts)])
    same = [exp.NullSafeEQ(this=exp.column(f"part_{number}"), expression=one) for number, one in enumerate(asked)]
    return exp.Exists(this=exp.select("1").from_(inner.subquery("among")).where(*same))


@rule(
    "`over (w order by x)` with a window `w`",
    "the parts of `w` written out",
    "Spark takes a named window whole or not at all",
    exp.Select,
)
def _windows(node: exp.Expression) -> exp.Expression:
    named = {window.name: window for window in node.args.get("windows") or ()}
    for window in list(node.find_all(exp.Window)):
        base = named.get(window.alias)
        if base is None or window.find_ancestor(exp.Select) is not node or window in named.values():
            continue
        if window.args.get("order") or window.args.get("spec"):
            window.set("alias", None)
            for part in ("partition_by", "order", "spec"):
                if not window.args.get(part) and (kept := base.args.get(part)):
                    window.set(part, [one.copy() for one in kept] if isinstance(kept, list) else kept.copy())
    return node
