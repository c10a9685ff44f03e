"""Daily spend by scope, as a build knows it, in the form that forecasts are made from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from pathlib import Path

import duckdb
import numpy as np

from transforms.forecasts import Series
from transforms.forecasts.series import Floats

SQL = Path(__file__).parent / "sql"
HISTORY_DAYS = 210
"""How far back series reach; what a method and its replays look at ends before."""
RECENT_DAYS = 28
SCOPES_A_KIND = 12
"""So many scopes of a kind are forecast, those that cost most in `RECENT_DAYS`; all others of the kind together."""
ORGANIZATION = "organization"
KINDS = (ORGANIZATION, "environment", "traffic_source", "team", "project", "workflow", "model")


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
        """The same as it was known on an earlier ``day``."""
        known = (day - self.first).days
        cut = [{scope: one[:known] for scope, one in of.items()} for of in (self.usd, self.calls)]
        return Spend(self.organization, day, self.first, *cut)

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
        recent = {scope: float(usd[-RECENT_DAYS:].sum()) for scope, usd in self.usd.items() if scope.kind == kind}
        dearest = sorted((one for one in recent if recent[one] > 0), key=lambda one: (-recent[one], one.key))
        chosen = dearest[:most]
        yield from ((scope, self.usd[scope], self.calls[scope]) for scope in chosen)
        others = [scope for scope in recent if scope not in chosen]
        usd = np.sum([self.usd[scope] for scope in others], axis=0)
        if others and usd.any():
            calls = np.sum([self.calls[scope] for scope in others], axis=0)
            yield Scope(self.organization, kind, None, is_rest=True), usd, calls

    def _one(self, scope: Scope, usd: Floats, calls: Floats) -> Series:
        begin = int(np.flatnonzero(usd)[0])
        parents = () if scope == self.whole else (self.whole.key,)
        return Series(scope.key, self.first + timedelta(days=begin), usd[begin:], calls[begin:], parents)


def read(connection: duckdb.DuckDBPyConnection) -> Iterator[Spend]:
    """Of `temp.forecast_spend`: each organization that has a full day with spend."""
    rows = connection.execute(question("spend_rows")).fetchall()
    for _, group in groupby(rows, key=lambda row: row[0]):
        spend = _spend(list(group))
        if spend.usd[spend.whole].any():
            yield spend


def _spend(rows: list[tuple[str, str, str | None, date, int, float, date]]) -> Spend:
    today, first = rows[0][-1], min(row[3] for row in rows)
    days = (today - first).days
    usd: dict[Scope, Floats] = {}
    calls: dict[Scope, Floats] = {}
    for organization, kind, name, day, count, cost, _ in rows:
        scope = Scope(organization, kind, name)
        usd.setdefault(scope, np.zeros(days))[(day - first).days] = cost
        calls.setdefault(scope, np.zeros(days))[(day - first).days] = count
    return Spend(rows[0][0], today, first, usd, calls)
