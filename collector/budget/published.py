"""What the published build says that decisions need: spend by counter, prices, runs, and which segments it has read."""

import functools
from collections import Counter as Counts
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from collector.budget.counters import base_id
from collector.budget.provisional import Call
from transforms.budgets.book import BudgetBook
from transforms.budgets.budget import DIMENSIONS, EACH, Counter
from transforms.budgets.versions import Period, periods
from transforms.budgets.windows import BUCKET_S, ROLLING, RUN
from transforms.pricing import prices
from transforms.pricing.ledger import UserFiles, ledger
from transforms.pricing.rating import PICO, Rates
from transforms.published_build import warehouse_of

_SQL = Path(__file__).parent / "sql"
_QUIET_RUN = timedelta(days=2)
_RECENT_RUNS = timedelta(days=30)
_RECENT_EVALS = timedelta(days=90)


class Published:
    """One build, or none: then prices are those of the packaged lists, and nothing was spent."""

    def __init__(self, data: Path, build: str | None) -> None:
        self.build = build
        self._path = warehouse_of(data, build) if build else None
        self.segments: frozenset[str] = frozenset()
        self.newest_ns = 0  # no span that it has began later
        if self._path is None:
            self.rates = _packaged()
            return
        with self._opened() as connection:
            found = connection.execute("select segment from meta.segments").fetchall()
            self.segments = frozenset(segment for (segment,) in found)
            newest = connection.execute("select max(started_ns) from facts.int_spans").fetchone()
            self.newest_ns = int(newest[0] or 0) if newest else 0
            rows = connection.execute("from dim_prices where withdrawn_at is null").to_arrow_table().to_pylist()
            meant = connection.execute("select provider, model_name, price_provider, price_model from meta.model_names")
            names = {(one, two): None if three is None else (three, four) for one, two, three, four in meant.fetchall()}
            self.rates = Rates(rows, names)

    def _opened(self) -> duckdb.DuckDBPyConnection:
        connection = duckdb.connect(str(self._path), read_only=True, config={"threads": "1"})
        connection.execute("set TimeZone = 'UTC'")
        return connection

    def spend(self, book: BudgetBook, at: datetime, runs: Collection[str] = ()) -> dict[str, int]:
        """What was spent of every counter whose window that time lies in, in its budget's unit; of windows of one run,
        those of ``runs`` and of others that are active."""
        if self._path is None:
            return {}
        with self._opened() as connection:
            found: Counts[str] = Counts()
            for period in periods(book.budgets, at):
                found.update(dict(_spend_of(connection, period, at, runs)))
            return dict(found)

    def reserved(self, since: datetime, traces: Sequence[str]) -> list[Call]:
        """Calls with a reservation that started since then or belong to these traces."""
        if self._path is None:
            return []
        with self._opened() as connection:
            asked = {"since": since, "traces": list(traces)}
            rows = connection.execute(_text("reserved_calls"), asked).to_arrow_table().to_pylist()
        return [_call(row) for row in rows]

    def known(self, traces: Collection[str]) -> set[tuple[str, str, str]]:
        """The spans of these traces that it has, by organization, trace and span."""
        if self._path is None:
            return set()
        with self._opened() as connection:
            return set(connection.execute(_text("known_spans"), {"traces": list(traces)}).fetchall())

    def knowledge(self, at: datetime) -> dict[str, Any]:
        """What estimates need (`estimating.Knowledge`)."""
        return {
            "prices": self.rates.standard(at),
            "names": self.rates.meanings(),
            "runs": self._runs(at),
            "evals": self._evals(at),
        }

    def _runs(self, at: datetime) -> list[list[Any]]:
        """By organization and workflow what its last runs took."""
        if self._path is None:
            return []
        with self._opened() as connection:
            rows = connection.execute(_text("last_runs"), {"since": at - _RECENT_RUNS}).fetchall()
        return [
            [*who, {"usd": int(usd or 0), "tokens": int(tokens), "steps": int(steps)}]
            for *who, usd, tokens, steps in rows
        ]

    def _evals(self, at: datetime) -> list[list[Any]]:
        """By organization, workflow and model: evaluated tasks, successes, and the mean cost of a task in dollars."""
        if self._path is None:
            return []
        with self._opened() as connection:
            rows = connection.execute(_text("evals"), {"since": at - _RECENT_EVALS}).fetchall()
        return [[*said, None if usd is None else str(usd)] for *said, usd in rows]


@functools.cache
def _text(name: str) -> str:
    return (_SQL / f"{name}.sql").read_text()


@functools.cache
def _packaged() -> Rates:
    return Rates(prices.table(ledger(UserFiles()).rates).to_pylist(), {})


def _spend_of(
    connection: duckdb.DuckDBPyConnection, period: Period, at: datetime, runs: Collection[str]
) -> Iterator[tuple[str, int]]:
    budget = period.budget
    since, until = budget.window.bounds(at)
    is_rolling = budget.window.kind == ROLLING
    since = max(since or period.since, period.since)
    until = period.until if until is None or is_rolling else min(until, period.until)
    said = dict(budget.scope)
    asked: dict[str, Any] = {
        "since": since,
        "until": until,
        "is_rolling": is_rolling,
        "runs": list(runs) if budget.window.kind == RUN else [],
        "active_since": at - _QUIET_RUN if budget.window.kind == RUN else None,
    }
    for name in DIMENSIONS:
        asked[f"each_{name}"] = said.get(name) == EACH
        asked[f"has_{name}"] = name in said and said[name] != EACH
        asked[f"value_{name}"] = said.get(name, "")
    for row in connection.execute(_text("spend_of_budget"), asked).to_arrow_table().to_pylist():
        counter = Counter(budget.budget_id, tuple((name, row[name]) for name in budget.each), budget.window.start(at))
        part = "" if row["part"] is None else str(row["part"] // BUCKET_S * BUCKET_S)
        amount = int(row[budget.unit] * PICO) if budget.unit == "usd" else int(row[budget.unit])
        yield f"{base_id(counter)}@{part}", amount


def _call(row: dict[str, Any]) -> Call:
    cost = row["cost_usd"]
    return Call(
        key=(row["trace_id"], row["span_id"]),
        at=row["started_at"].astimezone(UTC),
        scope={name: row[name] for name in DIMENSIONS if row[name]},
        reservation=f"{row['organization']}/{row['reservation_id']}",
        usd=None if cost is None else int(cost * PICO),
        tokens=None if row["tokens"] is None else int(row["tokens"]),
    )
