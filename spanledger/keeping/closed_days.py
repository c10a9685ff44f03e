"""Days whose calls are no longer kept: what the daily models said of them, in `records/closed_days/`.

    records/closed_days/2026-08-01/closing.json      when it was closed, by which build, what it held
                                  /<model>.parquet   a daily model's rows of the days that it closed, up to 2026-07-31
                                  /left.parquet      spans of closed days whose trace, run or task went on afterwards
                                  /outcomes.parquet  outcomes that go with their tasks, until they are gone

A folder appears whole, by a rename: from that moment its days are closed (`calls_tier` says what follows). Builds take
its rows as they stand, read no other span of these days, and compute the days since.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from spanledger.keeping.kept_rows import open_rows
from spanledger.published.daily_models import daily_models

FOLDER = Path("records") / "closed_days"
CLOSING, LEFT, OUTCOMES = "closing.json", "left.parquet", "outcomes.parquet"


@dataclass(frozen=True)
class Closing:
    """One folder; ``early_cost_usd`` and ``late_cost_usd`` as in `meta.closed_days`."""

    folder: Path
    closed_at: datetime
    build_id: str
    early_cost_usd: Decimal
    late_cost_usd: Decimal
    said: dict[str, Any]

    @property
    def calls_from(self) -> date:
        """The first day whose calls are kept."""
        return date.fromisoformat(self.folder.name)


@dataclass(frozen=True)
class ClosedDays:
    """All closings of a data directory, the first one first."""

    folder: Path
    closings: tuple[Closing, ...]

    @property
    def calls_from(self) -> date | None:
        """The first day whose calls are kept; None where all are."""
        return self.closings[-1].calls_from if self.closings else None

    @property
    def left(self) -> list[Path]:
        """Spans of closed days that builds still read."""
        return [one.folder / LEFT for one in self.closings[-1:]]

    @property
    def gone_outcomes(self) -> list[Path]:
        """Outcomes that builds read no more, where they are not yet taken out of their files."""
        return [path for one in self.closings if (path := one.folder / OUTCOMES).exists()]


NOTHING_CLOSED = ClosedDays(Path(), ())


def read(data: Path) -> ClosedDays:
    """What was closed. Raises OSError, ValueError where a closing cannot be read."""
    folder = data.absolute() / FOLDER
    return ClosedDays(folder, tuple(_closings(folder)))


def _closings(folder: Path) -> Iterator[Closing]:
    for path in sorted(folder.glob(f"[!.]*/{CLOSING}")):
        said = json.loads(path.read_text())
        yield Closing(
            path.parent,
            datetime.fromisoformat(said["closed_at"]),
            said["build_id"],
            Decimal(said["early_cost_usd"]),
            Decimal(said["late_cost_usd"]),
            said,
        )


def open_closed(connection: duckdb.DuckDBPyConnection, closed: ClosedDays, data: Path) -> None:
    """`meta.closed_days`, `closed.<model>` for each daily model, and `meta.late_removed` from the proofs of what was
    removed from the lake."""
    if closed.closings:
        connection.execute("create schema closed")
        for model in daily_models():
            written = [path for one in closed.closings if (path := one.folder / f"{model.name}.parquet").exists()]
            open_rows(connection, f"closed.{model.name}", model.layer, model.name, [(written, "")])
    for one in closed.closings:
        values = [one.calls_from, one.closed_at, one.early_cost_usd, one.late_cost_usd]
        connection.execute("insert into meta.closed_days values (?, ?, ?, ?)", values)
    proofs = [str(path) for path in sorted((data.absolute() / "records" / "retention").glob("[!.]*.parquet"))]
    if closed.closings and proofs:
        rows = f"select ingest_date, unnest(late) as one from read_parquet({proofs}, union_by_name = true)"
        connection.execute(
            f"insert into meta.late_removed select ingest_date, one.organization, one.date, one.spans from ({rows})"
        )
