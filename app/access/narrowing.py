"""A connection on which a reader's tables are all there is.

An in-memory database of its own for each build and scope: the build is attached read-only under a name that nobody can
guess, and each table that the reader may see is a view of that name's rows (`app.access.tables`). A question names its
tables plainly, so it finds the narrowed one or none. What was forgotten is not there, instead of being there for all.
"""

import re
import secrets
from dataclasses import dataclass

import duckdb

from app.access import tables
from app.access.naming import Names, asks_only
from app.access.scopes import Grant, Scope
from transforms.read_only import lock

_WHOLE = re.compile(r"\bwhole\.")
_TRUE_OF = re.compile(r"\btrue_of_(?:row|team|organization|part)\b")
_WORD = re.compile(r"[a-z_][a-z0-9_]*")


@dataclass(frozen=True)
class Narrowed:
    """The connection, and what there is on it."""

    connection: duckdb.DuckDBPyConnection
    names: Names

    def answers(self, text: str) -> bool:
        """Whether all that a question asks is there for the reader."""
        return asks_only(self.connection.cursor(), text, self.names)


def open_narrowed(path: str, scope: Scope, *, memory_bytes: int | None = None) -> Narrowed:
    """The build at ``path`` as ``scope`` may see it. Raises duckdb.Error where it cannot be opened."""
    alias = f"build_{secrets.token_hex(16)}"
    connection = duckdb.connect(":memory:")
    connection.execute(f"ATTACH {quoted(path)} AS {alias} (READ_ONLY)")
    connection.execute(_filled(_sql("_macros"), scope))
    system = frozenset(name.lower() for (name,) in connection.execute(_sql("_system_tables")).fetchall())
    there = [name for (name,) in connection.execute(_sql("_tables"), {"of": alias}).fetchall()]
    seen = {name for name in _in_order(there) if _create(connection, name, alias, scope)}
    macros = _macros(connection, alias, set(there) - seen)
    lock(connection, memory_bytes=memory_bytes)
    return Narrowed(connection, Names(frozenset(seen), frozenset(macros), system))


def _in_order(names: list[str]) -> list[str]:
    """Views that select from other narrowed ones come last."""
    return sorted(names, key=lambda name: (name in ("build_info", "rpt_budget_status"), name))


def _create(connection: duckdb.DuckDBPyConnection, name: str, alias: str, scope: Scope) -> bool:
    select = tables.narrowed(name, scope)
    if select is not None:
        connection.execute(f"CREATE VIEW {name} AS {_WHOLE.sub(f'{alias}.', select)}")
    return select is not None


def _macros(connection: duckdb.DuckDBPyConnection, alias: str, unseen: set[str]) -> set[str]:
    """Make the build's macros anew on the narrowed tables, but for those that ask for one that is not there.

    Returns those that stand for a table.
    """
    made = set()
    for name, kind, parameters, definition in connection.execute(_sql("_build_macros"), {"of": alias}).fetchall():
        if unseen & set(_WORD.findall(definition.lower())):
            continue
        table = "TABLE " if kind == "table_macro" else ""
        names = ", ".join(f'"{parameter}"' for parameter in parameters)
        connection.execute(f"CREATE MACRO {name}({names}) AS {table}{definition}")
        made |= {name} if table else set()
    return made


def _sql(name: str) -> str:
    return (tables.SQL / f"{name}.sql").read_text()


def _filled(statement: str, scope: Scope) -> str:
    """The macros with what the grants say in them."""
    said = {
        "true_of_row": [_row(grant) for grant in scope.grants],
        "true_of_team": [_row(grant) for grant in scope.grants if not grant.projects],
        "true_of_organization": [_row(grant) for grant in scope.grants if not (grant.teams or grant.projects)],
        "true_of_part": [_part(grant) for grant in scope.grants],
    }
    filled = {word: " OR ".join(alternatives) or "false" for word, alternatives in said.items()}
    return _TRUE_OF.sub(lambda word: filled[word[0]], statement)  # at once: a team may bear any name


def _row(grant: Grant) -> str:
    parts = [f"of_organization = {quoted(grant.organization)}"]
    parts += [f"of_{name} IN ({_list(names)})" for name, names in _narrower(grant) if names]
    return f"({' AND '.join(parts)})"


def _part(grant: Grant) -> str:
    """A forecast or an anomaly is of one team or one project, of whatever project or team its calls are."""
    kinds = [f"(of_kind = {quoted(name)} AND of_name IN ({_list(names)}))" for name, names in _narrower(grant) if names]
    if len(kinds) > 1:
        return "false"
    return f"({' AND '.join([f'of_organization = {quoted(grant.organization)}', *kinds])})"


def _narrower(grant: Grant) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("team", grant.teams), ("project", grant.projects))


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
