"""The own traffic that a decision is made on, read from the published build."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from spanledger.exits import USAGE, Failure
from spanledger.published import current
from transforms.decisions.lengths import Band
from transforms.decisions.load import Curve, Hour


@dataclass(frozen=True)
class Traffic:
    """Which calls: of a model, of a workflow ('' are all), over the last ``days`` of the data."""

    model: str
    workflow: str
    days: int

    @property
    def asked(self) -> dict[str, Any]:
        """The parameters of its questions."""
        return {"model": self.model, "workflow": self.workflow, "days": self.days}

    @property
    def name(self) -> str:
        """In words."""
        of = f"calls to {self.model}" if self.model else "calls"
        return f"{of} of {self.workflow}" if self.workflow else of


def read(data: Path, traffic: Traffic) -> tuple[Curve, list[Band]]:
    """The load by hour, and requests by length. Raises Failure where there is none."""
    with current.opened(data) as connection:
        hours = [Hour(**row) for row in _rows(connection, "own_load", traffic)]
        bands = [Band(**row) for row in _rows(connection, "own_lengths", traffic)]
    if not bands:
        raise Failure(f"no {traffic.name} with a cost and an answer in the last {traffic.days} days of the data", USAGE)
    return Curve(hours, traffic.days * 24), bands


def _rows(connection: duckdb.DuckDBPyConnection, name: str, traffic: Traffic) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = connection.execute(current.question(name), traffic.asked).to_arrow_table().to_pylist()
    return found
