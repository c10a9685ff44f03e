"""The names behind a star: for `union all by name` and `* replace (…)`, which Spark's SQL has not."""

from collections.abc import Callable, Sequence

from sqlglot import exp

from spanledger.spark.sql.rules import NotTranslatedError

ColumnsOf = Callable[[str], Sequence[str]]


def expand(tree: exp.Expression, columns_of: ColumnsOf | None) -> exp.Expression:
    """The statement with the stars written out that Spark could not read, innermost first."""
    names = _Names(columns_of)
    for node in reversed(list(tree.dfs())):
        if isinstance(node, exp.Select):
            _write_out_replaced(node, names)
            _write_out_rows(node, names)
        elif isinstance(node, exp.SetOperation) and node.args.get("by_name"):
            _by_name(node, names)
    return tree


def _write_out_replaced(select: exp.Select, names: "_Names") -> None:
    if not any((star := _star(one)) is not None and star.args.get("replace") for one in select.expressions):
        return
    written: list[exp.Expression] = []
    for one in select.expressions:
        star = _star(one)
        if star is None or not star.args.get("replace"):
            written.append(one)
            continue
        replaced = {alias.alias.lower(): alias for alias in star.args["replace"]}
        table = one.table if isinstance(one, exp.Column) else ""
        for table_name, name in names.of_star(select, table, _excluded(star)):
            alias = replaced.get(name.lower())
            written.append(alias.copy() if alias else exp.column(name, table=table_name or None))
    select.set("expressions", written)


def _write_out_rows(select: exp.Select, names: "_Names") -> None:
    """A table's name where a column's could stand is its whole row: `struct(t.*)`."""
    aliases = {alias.lower() for alias in names.aliases(select)}
    for column in list(select.find_all(exp.Column)):
        if column.table or isinstance(column.this, exp.Star) or column.name.lower() not in aliases:
            continue
        if column.find_ancestor(exp.Select) is not select or names.has(select, column.name):
            continue
        row = exp.Anonymous(this="struct", expressions=[exp.Column(this=exp.Star(), table=column.this.copy())])
        column.replace(exp.alias_(row, column.name) if column.parent is select else row)


def _by_name(union: exp.SetOperation, names: "_Names") -> None:
    left, right = names.of(union.left), names.of(union.right)
    have = {name.lower() for name in left}
    together = [*left, *(name for name in right if name.lower() not in have)]
    for side, own in (("this", left), ("expression", right)):
        # behind a star Spark puts columns that `using` joined first
        if _has_star(union.args[side]) or [name.lower() for name in own] != [name.lower() for name in together]:
            union.set(side, _in_order(union.args[side], own, together))
    union.set("by_name", None)


def _has_star(query: exp.Expression) -> bool:
    return isinstance(query, exp.Select) and any(_star(one) is not None for one in query.expressions)


def _in_order(query: exp.Expression, own: list[str], together: list[str]) -> exp.Expression:
    have = {name.lower() for name in own}
    columns = [exp.column(name) if name.lower() in have else exp.alias_(exp.null(), name) for name in together]
    return exp.select(*columns).from_(
        exp.Subquery(this=query.unnest().copy(), alias=exp.TableAlias(this=exp.to_identifier("part")))
    )


def _star(projection: exp.Expression) -> exp.Star | None:
    if isinstance(projection, exp.Star):
        return projection
    if isinstance(projection, exp.Column) and isinstance(projection.this, exp.Star):
        return projection.this
    return None


def _excluded(star: exp.Star) -> set[str]:
    return {one.name.lower() for one in star.args.get("except_") or star.args.get("except") or ()}


class _Names:
    """Names of a query's columns, in order."""

    def __init__(self, columns_of: ColumnsOf | None) -> None:
        self._columns_of = columns_of

    def of(self, query: exp.Expression) -> list[str]:
        """The columns of a query; a union's are its first part's, by name those of both."""
        query = query.unnest() if isinstance(query, exp.Subquery | exp.Paren) else query
        if isinstance(query, exp.SetOperation):
            left = self.of(query.left)
            if not query.args.get("by_name"):
                return left
            have = {name.lower() for name in left}
            return [*left, *(name for name in self.of(query.right) if name.lower() not in have)]
        if not isinstance(query, exp.Select):
            raise NotTranslatedError(f"which columns has {query.sql('duckdb')[:200]}?")
        found: list[str] = []
        for one in query.expressions:
            star = _star(one)
            if star is None:
                found += [name.name for name in one.expressions] if isinstance(one, exp.Aliases) else [one.output_name]
                continue
            table = one.table if isinstance(one, exp.Column) else ""
            found += [name for _, name in self.of_star(query, table, _excluded(star))]
        return found

    def aliases(self, select: exp.Select) -> list[str]:
        """Names of the tables that a query reads."""
        if not (select.args.get("from_") or select.args.get("from")):
            return []
        return [source.alias_or_name for source, _ in self._sources(select)]

    def has(self, select: exp.Select, name: str) -> bool:
        """Whether one of the tables that a query reads has such a column."""
        return any(
            name.lower() == column.lower() for source, _ in self._sources(select) for column in self._of_source(source)
        )

    def of_star(self, select: exp.Select, table: str, excluded: set[str]) -> list[tuple[str, str]]:
        """(table, column) of each column a star stands for; no table for those that `using` joined."""
        found: list[tuple[str, str]] = []
        for source, using in self._sources(select):
            alias = source.alias_or_name
            if table and alias.lower() != table.lower():
                continue
            shared = {name.lower() for name in using} if not table else set()
            found = [("", name) if name.lower() in shared else (of, name) for of, name in found]
            found += [(alias, name) for name in self._of_source(source) if name.lower() not in shared]
        return [(of, name) for of, name in found if name.lower() not in excluded]

    def _sources(self, select: exp.Select) -> list[tuple[exp.Expression, list[str]]]:
        from_ = select.args.get("from_") or select.args.get("from")
        assert from_ is not None, select.sql("duckdb")
        sources: list[tuple[exp.Expression, list[str]]] = [(from_.this, [])]
        for join in select.args.get("joins") or ():
            if join.kind.upper() not in ("SEMI", "ANTI") and join.side.upper() not in ("SEMI", "ANTI"):
                sources.append((join.this, [name.name for name in join.args.get("using") or ()]))
        return sources

    def _of_source(self, source: exp.Expression) -> list[str]:
        alias = source.args.get("alias")
        if alias is not None and alias.args.get("columns"):
            return [column.name for column in alias.args["columns"]]
        if isinstance(source, exp.Subquery):
            return self.of(source.this)
        if not isinstance(source, exp.Table):
            raise NotTranslatedError(f"which columns has {source.sql('duckdb')[:200]}?")
        common = None if source.db else _common_table(source)
        if common is not None:
            return self._of_source_columns(common)
        if self._columns_of is None:
            raise NotTranslatedError(f"which columns has {source.sql('duckdb')}? translate() was not told")
        plain = ".".join(part.name for part in source.parts)
        return list(self._columns_of(plain))

    def _of_source_columns(self, common: exp.CTE) -> list[str]:
        columns = common.args["alias"].args.get("columns")
        return [column.name for column in columns] if columns else self.of(common.this)


def _common_table(table: exp.Table) -> exp.CTE | None:
    """The common table of that name that the place sees; one that a recursive one names itself is its own."""
    node: exp.Expression | None = table
    while node is not None:
        with_ = node.args.get("with_") or node.args.get("with")
        for common in reversed(with_.expressions) if with_ is not None else ():
            if common.alias.lower() == table.name.lower() and (with_.recursive or not _is_inside(table, common)):
                return common
        node = node.parent
    return None


def _is_inside(node: exp.Expression, outer: exp.Expression) -> bool:
    inner: exp.Expression | None = node
    while inner is not None:
        if inner is outer:
            return True
        inner = inner.parent
    return False
