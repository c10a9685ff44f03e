"""Daily spend by scope, as a build knows it, in the form that forecasts are made from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import duckdb
import numpy as np
import pyarrow as pa

from transforms.forecasts import Series
from transforms.forecasts.scopes import KINDS, ORGANIZATION
from transforms.forecasts.series import Floats

SQL = Path(__file__).parent / "sql"
HISTORY_DAYS = 210
"""How far back the series of a day reach; what a method and its replays look at ends before."""
RECENT_DAYS = 28
SCOPES_A_KIND = 12
"""So many scopes of a kind are forecast, those that cost most in `RECENT_DAYS`; all others of the kind together."""
ASKED = pa.schema([("organization", pa.string()), ("asked_on", pa.date32()), ("most", pa.int64())])
Asked: TypeAlias = Sequence[tuple[str, date, int]]
"""Organizations, days they are forecast on, and how many scopes of a kind by themselves."""


@cache
def question(name: str) -> str:
    """The SQL of ``sql/<name>.sql``."""
    return (SQL / f"{name}.sql").read_text()


@dataclass(frozen=True)
class Scope:
    """Part of an organization's spend. ``name`` is None for calls without one; ``is_rest``: all scopes of the kind
    that are not forecast by themselves."""

    organization: str
    kind: str
    name: str | None
    is_rest: bool = False

    @property
    def key(self) -> str:
        """``kind:name``; a tab, which no tag begins with, keeps clear of names."""
        nameless = "\trest" if self.is_rest else "\tnone"
        return f"{self.kind}:{nameless if self.name is None else self.name}"


@dataclass(frozen=True, eq=False)
class Spend:
    """An organization's full days before ``today``: US dollars and calls, a row a day from ``first`` on."""

    organization: str
    today: date
    first: date
    usd: dict[Scope, Floats]
    calls: dict[Scope, Floats]

    @property
    def days(self) -> int:
        """Full days."""
        return (self.today - self.first).days

    @property
    def whole(self) -> Scope:
        """The organization itself."""
        return Scope(self.organization, ORGANIZATION, self.organization)

    def before(self, day: date) -> "Spend":
        """The `HISTORY_DAYS` before a day, from the first one with a call on: the same on whichever day it is asked."""
        known = (day - self.first).days
        begin = max(known - HISTORY_DAYS, 0)
        called = np.flatnonzero(self.calls[self.whole][begin:known])
        begin += int(called[0]) if len(called) else 0
        usd, calls = ({scope: one[begin:known] for scope, one in of.items()} for of in (self.usd, self.calls))
        return Spend(self.organization, day, self.first + timedelta(days=begin), usd, calls)

    @property
    def is_known(self) -> bool:
        """Whether it spent anything: else there is nothing to forecast from."""
        return bool(self.usd[self.whole].any())

    def total(self, scope: Scope, first: date, last: date) -> float:
        """US dollars of the days from ``first`` to ``last``, as far as they are in the history."""
        begin = max((first - self.first).days, 0)
        return float(self.usd[scope][begin : max((last - self.first).days + 1, begin)].sum())

    def series(self, most: int = SCOPES_A_KIND) -> dict[Scope, Series]:
        """What is forecast: each kind splits the whole; of a kind ``most`` scopes by themselves."""
        return {
            scope: series
            for kind in KINDS
            for scope, usd, calls in self._of(kind, most)
            for series in [self._one(scope, usd, calls)]
        }

    def _of(self, kind: str, most: int) -> Iterator[tuple[Scope, Floats, Floats]]:
        """The whole always; of its parts those that cost most of late, and all others as one."""
        scopes = [scope for scope in self.usd if scope.kind == kind]
        chosen = scopes if kind == ORGANIZATION else self._dearest(scopes)[:most]
        yield from ((scope, self.usd[scope], self.calls[scope]) for scope in chosen)
        others = [scope for scope in scopes if scope not in chosen]
        usd = np.sum([self.usd[scope] for scope in others], axis=0)
        if others and usd.any():
            calls = np.sum([self.calls[scope] for scope in others], axis=0)
            yield Scope(self.organization, kind, None, is_rest=True), usd, calls

    def _dearest(self, scopes: Sequence[Scope]) -> list[Scope]:
        recent = {one: round(float(self.usd[one][-RECENT_DAYS:].sum()), 9) for one in scopes if not one.is_rest}
        return sorted((one for one in recent if recent[one] > 0), key=lambda one: (-recent[one], one.key))

    def _one(self, scope: Scope, usd: Floats, calls: Floats) -> Series:
        begin = int(np.flatnonzero(usd)[0])
        parents = () if scope == self.whole else (self.whole.key,)
        return Series(scope.key, self.first + timedelta(days=begin), usd[begin:], calls[begin:], parents)


def wholes(connection: duckdb.DuckDBPyConnection) -> list[Spend]:
    """Of `temp.forecast_spend`: each organization as a whole, without its parts."""
    rows = connection.execute(question("wholes")).fetchall()
    return [_spend(today, [(name, ORGANIZATION, name, False, *days)]) for name, today, *days in rows]


def read(connection: duckdb.DuckDBPyConnection, wholes: Sequence[Spend], asked: Asked) -> Iterator[Spend]:
    """The same with their parts: by itself each scope that is forecast so on a day ``asked``, the others together."""
    rows = [dict(zip(ASKED.names, one, strict=True)) for one in asked]
    connection.register("asked", pa.Table.from_pylist(rows, schema=ASKED))
    connection.execute("create or replace temp table forecast_asked as from asked")
    connection.unregister("asked")
    todays = {one.organization: one.today for one in wholes}
    found = connection.execute(question("spend_rows"), {"recent": RECENT_DAYS}).fetchall()
    for organization, group in groupby(found, key=lambda row: row[0]):
        yield _spend(todays[organization], list(group))


Row: TypeAlias = tuple[str, str, str | None, bool, list[date], list[int], list[float]]


def _spend(today: date, rows: Sequence[Row]) -> Spend:
    first = min(row[4][0] for row in rows)
    days = (today - first).days
    usd: dict[Scope, Floats] = {}
    calls: dict[Scope, Floats] = {}
    for organization, kind, name, is_rest, dates, counts, costs in rows:
        scope = Scope(organization, kind, name, is_rest)
        usd[scope], calls[scope] = np.zeros(days), np.zeros(days)
        at = np.array(dates, dtype="datetime64[D]").astype(np.int64) - np.datetime64(first).astype(np.int64)
        usd[scope][at], calls[scope][at] = costs, counts
    return Spend(rows[0][0], today, first, usd, calls)
