"""The own traffic that a decision is made on, read from the published build by the pages' own questions."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from app import questions
from app.filters import Filters, as_parameters
from spanledger.exits import USAGE, Failure
from spanledger.published import current
from transforms.decisions.checks import known_share
from transforms.decisions.days import Days, newest
from transforms.decisions.lengths import Band
from transforms.decisions.load import Curve, Hour


@dataclass(frozen=True)
class Traffic:
    """Which calls, over the last ``days`` full days of the data; what is empty stands for all."""

    days: int
    model: str = ""
    workflow: str = ""
    organization: str = ""
    sources: tuple[str, ...] = ()

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Of the pages' questions."""
        said = {"model": self.model, "workflow": self.workflow, "organization": self.organization}
        chosen = {name: (value,) for name, value in said.items() if value}
        return as_parameters(Filters(chosen=chosen | {"source": self.sources}))

    @property
    def name(self) -> str:
        """In words."""
        of = f"calls to {self.model}" if self.model else "calls"
        of = f"{of} of {self.workflow}" if self.workflow else of
        of = f"{of}, organization {self.organization}" if self.organization else of
        return f"{of}, {' and '.join(self.sources)} alone" if self.sources else of


@dataclass(frozen=True)
class Asked:
    """A build, the traffic and the full days of it that there are."""

    connection: duckdb.DuckDBPyConnection
    traffic: Traffic
    days: Days

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The answer to a page's question about these calls."""
        until = datetime.combine(self.days.last, time.max, UTC)
        days = {"first": self.days.first, "last": self.days.last, "until_at": until}
        return _rows(self.connection, name, {**self.traffic.parameters, **days})


@dataclass(frozen=True)
class Own:
    """The load by hour, requests by length, and ``calls``: how many there were, of unknown cost, of evaluations."""

    days: Days
    curve: Curve
    bands: list[Band]
    calls: Mapping[str, Any]

    @property
    def known_share(self) -> Decimal:
        """Of the calls, those of known cost."""
        return known_share(self.calls["requests"], self.calls["unknown_cost_calls"])


@contextmanager
def asked(data: Path, traffic: Traffic) -> Iterator[Asked]:
    """The published build to ask. Raises Failure where there is none, or no call in it."""
    with current.opened(data) as connection:
        [extent] = _rows(connection, "decide_days", traffic.parameters)
        if extent["first"] is None:
            of = f" of {traffic.organization}" if traffic.organization else ""
            raise Failure(f"the published build has no calls{of}", USAGE)
        yield Asked(connection, traffic, newest(traffic.days, Days(**extent)))


def read(data: Path, traffic: Traffic) -> Own:
    """Raises Failure where there is nothing to serve."""
    with asked(data, traffic) as build:
        hours = [Hour(**row) for row in build.rows("decide_load")]
        bands = [Band(**row) for row in build.rows("decide_lengths")]
        [calls] = build.rows("decide_own")
    if not bands:
        raise Failure(f"no {traffic.name} with a cost and an answer in the last {build.days.words} of the data", USAGE)
    return Own(build.days, Curve(hours, build.days.hours), bands, calls)


def _rows(connection: duckdb.DuckDBPyConnection, name: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    text = questions.sql(name)
    found = connection.execute(text, questions.bound(text, parameters, f"{name}.sql")).to_arrow_table()
    return list(found.to_pylist())
