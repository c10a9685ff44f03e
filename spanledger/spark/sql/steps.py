"""A query whose common tables are read often, in steps: Spark plans and computes a common table anew for each place
that reads it, and those that read one another multiply. DuckDB computes each once."""

import sqlglot
from sqlglot import exp

from spanledger.spark.sql.translate import deep

MANY = 20
"""How many relations the places of one common table may read in all; where it is more, the table is kept."""


def steps(statement: str, prefix: str) -> list[tuple[str, str]]:
    """``statement`` of DuckDB's as queries in the order of running, also DuckDB's: (table to keep the rows in, query)
    of each, the last with no table. Tables are named ``prefix`` and the common table's name."""
    with deep():
        tree = sqlglot.parse_one(statement, read="duckdb")
        found: list[tuple[str, str]] = []
        while (often := _read_too_often(tree)) is not None:
            table = f"{prefix}{often.alias}"
            found.append((table, _alone(tree, often).sql("duckdb")))
            _put_aside(tree, often, table)
            _drop_unread(tree)
        return [*found, ("", tree.sql("duckdb") if found else statement)]


def _read_too_often(tree: exp.Expression) -> exp.CTE | None:
    """The first common table that many places times many relations read."""
    around = _with(tree)
    sizes: dict[str, int] = {}
    for common in around.expressions if around is not None and not around.recursive else ():
        inside = [sizes.get(table.name, 1) for table in _tables(common.this)]
        sizes[common.alias] = sum(inside) + sum(1 for table in common.this.find_all(exp.Table) if table.db)
        places = sum(table.name == common.alias for table in _tables(tree))
        if places > 1 and places * sizes[common.alias] >= MANY:
            return common
    return None


def _alone(tree: exp.Expression, common: exp.CTE) -> exp.Expression:
    """The common table's query, with those before it that it needs."""
    around = _with(tree)
    assert around is not None
    before = around.expressions[: around.expressions.index(common)]
    query, needed = common.this.copy(), {table.name for table in _tables(common.this)}
    kept: list[exp.CTE] = []
    for one in reversed(before):
        if one.alias in needed:
            kept.insert(0, one.copy())
            needed |= {table.name for table in _tables(one.this)}
    for one in kept:
        query = query.with_(one.alias, as_=one.this, copy=False)
    return query


def _put_aside(tree: exp.Expression, common: exp.CTE, name: str) -> None:
    """Read the kept table where the common one was read."""
    for table in _tables(tree):
        if table.name == common.alias:
            table.replace(exp.to_table(name).as_(table.alias_or_name, table=True))
    common.pop()


def _drop_unread(tree: exp.Expression) -> None:
    """Take away the common tables that nothing reads any more: Spark plans them all the same."""
    around = _with(tree)
    for common in reversed(around.expressions if around is not None else ()):
        if all(table.name != common.alias for table in _tables(tree)):
            common.pop()
    if around is not None and not around.expressions:
        around.pop()


def _with(tree: exp.Expression) -> exp.With | None:
    return tree.args.get("with_") or tree.args.get("with")


def _tables(tree: exp.Expression) -> list[exp.Table]:
    """The places that name a table without its schema: common tables."""
    return [table for table in tree.find_all(exp.Table) if not table.db]
