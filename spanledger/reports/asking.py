"""The published tables, with a reader's filters: the one way in which reports ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from app import questions
from app.filters import Filters, as_parameters
from spanledger.exits import FAILED, Failure
from spanledger.published import current
from spanledger.reports.periods import Period

SQL = Path(__file__).parent / "sql"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Asking:
    """A build, the filters and the period. ``filters``: dimensions of `app.filters.SHARED` with the values wanted."""

    connection: duckdb.DuckDBPyConnection
    period: Period
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def rows(self, name: str, **extra: Any) -> list[dict[str, Any]]:
        """The answer over the period to a page's question, or to one of `sql/`."""
        return self._ask(name, self.period.first, self.period.until, extra)

    def rows_before(self, name: str, **extra: Any) -> list[dict[str, Any]]:
        """The same over the period before; nothing where the data does not reach back to its first day."""
        before = self.period.before
        return self._ask(name, before.first, before.until, extra) if self.has_before else []

    def rows_from(self, first: date, name: str, **extra: Any) -> list[dict[str, Any]]:
        """The same from another day to the period's end."""
        return self._ask(name, first, self.period.until, extra)

    @cached_property
    def extent(self) -> Row:
        """The days the data spans: first_day, last_day, until_at, calls."""
        return self._ask("extent", self.period.first, self.period.until, {})[0]

    @cached_property
    def has_before(self) -> bool:
        """Whether the data covers the period before: half of one would read as a rise."""
        first_day = self.extent["first_day"]
        return first_day is not None and first_day <= self.period.before.first

    @cached_property
    def tables(self) -> frozenset[str]:
        """The tables of the build."""
        return frozenset(self.columns)

    @cached_property
    def columns(self) -> Mapping[str, frozenset[str]]:
        """The columns of each table of the build."""
        found: dict[str, set[str]] = {}
        listed = "select table_name, column_name from information_schema.columns where table_schema = 'main'"
        for table, column in self.connection.execute(listed).fetchall():
            found.setdefault(table, set()).add(column)
        return {table: frozenset(names) for table, names in found.items()}

    def _ask(self, name: str, first: date, last: date, extra: Mapping[str, Any]) -> list[dict[str, Any]]:
        own = SQL / f"{name}.sql"
        said = own.read_text(encoding="utf-8") if own.exists() else questions.own(name)
        text = questions.scoped(said)
        days = {"first": first, "last": last, "until_at": datetime.combine(last, time.max, UTC)}
        known = days | as_parameters(Filters(chosen=dict(self.filters)))
        if twice := set(known) & set(extra):
            raise LookupError(f"{name}.sql: {sorted(twice)} are days or filters; give the parameter another name")
        known |= extra
        current.refuse_closed(
            self.connection, first if questions.reads_calls(said, known) else None, f"the question {name}"
        )
        try:
            answer = self.connection.execute(text, questions.bound(text, known, f"{name}.sql") or None)
            names = [column[0] for column in answer.description]
            return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            first_line = str(error).splitlines()[0]
            raise Failure(
                f"the published build does not have what the question {name} asks for: {first_line}. It was made by "
                "another version; run `spanledger build --full-refresh`",
                FAILED,
            ) from error
