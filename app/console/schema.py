"""What there is to ask: the tables and columns of the published warehouse, as it describes them itself."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column; `about` is empty where nobody has described it."""

    name: str
    kind: str
    about: str


@dataclass(frozen=True)
class Table:
    """One table of the schema `main`; `about` begins with its grain."""

    name: str
    about: str
    columns: Sequence[Column]


def tables(described: Iterable[Mapping[str, str]]) -> list[Table]:
    """The tables that rows of `queries/schema_columns.sql` describe, in their order."""
    found: dict[str, tuple[str, list[Column]]] = {}
    for row in described:
        _, columns = found.setdefault(row["table_name"], (row["about_table"], []))
        columns.append(Column(row["column_name"], row["data_type"], row["about_column"]))
    return [Table(name, about, columns) for name, (about, columns) in found.items()]


def matching(all_tables: Sequence[Table], wanted: str) -> list[Table]:
    """The tables that have every word of ``wanted`` in their own name or text, or in one column's; best first.

    A table found by its columns alone has these only.
    """
    words = wanted.lower().split()
    own = [one for one in all_tables if _has(words, one.name, one.about)]
    by_columns = [
        Table(one.name, one.about, columns)
        for one in all_tables
        if one not in own
        and (columns := [column for column in one.columns if _has(words, column.name, column.kind, column.about)])
    ]
    return sorted(own, key=lambda one: not _has(words, one.name)) + by_columns


def _has(words: Sequence[str], *texts: str) -> bool:
    said = " ".join(texts).lower()
    return all(word in said for word in words)
