"""What builds did, for /metrics: kept in `run/builds.json`, whichever process makes them."""

import contextlib
import logging
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePath

import duckdb

from collector.exposition import COUNTER, GAUGE, Family, histogram, publish, single
from collector.files import lock, make_folder, read_json, write_json
from spanledger.building.build import Outcome
from spanledger.freshness import behind
from spanledger.installation import build_log, sizes
from spanledger.published import current

logger = logging.getLogger(__name__)

NAME = "builds.json"
BOUNDS = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Upper bounds of the durations counted, in seconds."""
TABLES = ("fct_spans", "fct_calls", "fct_tasks")
UNKNOWN = (OSError, ValueError, RuntimeError, duckdb.Error)
"""Why a figure cannot be had; the one before stays, and the build itself has said what is wrong."""


@dataclass
class Figures:
    """Counts since the data directory was made; times are seconds since 1970, 0 for never."""

    full: int = 0
    incremental: int = 0
    failures: int = 0
    durations: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))  # in each interval, not cumulated
    seconds: float = 0.0
    last_seconds: float = 0.0
    published_at: float = 0.0
    complete_at: float = 0.0
    failed_at: float = 0.0
    lake_rows: int = 0
    new_segments: int = 0
    missing_segments: int = 0
    rows: dict[str, int] = field(default_factory=dict)  # by table

    def count(self, outcome: Outcome | None, looked_at: float) -> None:
        """Take in one look; None is a build that did not come about."""
        if outcome is None:
            self.failures += 1
            self.failed_at = time.time()
            return
        self.complete_at, self.lake_rows = looked_at, outcome.lake_rows
        if outcome.build_id is None:
            return
        self.full += outcome.is_full
        self.incremental += not outcome.is_full
        self.durations[sum(bound < outcome.seconds for bound in BOUNDS)] += 1
        self.seconds += outcome.seconds
        self.last_seconds, self.published_at, self.new_segments = outcome.seconds, time.time(), outcome.new_segments

    def families(self) -> Iterator[Family]:
        """All of them as Prometheus has them."""
        kinds = [("", (("kind", kind),), float(getattr(self, kind))) for kind in ("full", "incremental")]
        yield Family("spanledger_builds_total", COUNTER, "Builds published, made anew or carried on.", kinds)
        counts = [(bound, sum(self.durations[: n + 1])) for n, bound in enumerate((*BOUNDS, float("inf")))]
        yield histogram("spanledger_build_duration_seconds", "How long published builds took.", counts, self.seconds)
        for name, kind, text, value in (
            ("failures_total", COUNTER, "Builds that did not come about; the published one stayed.", self.failures),
            ("last_duration_seconds", GAUGE, "How long the last published build took.", self.last_seconds),
            ("last_success_timestamp_seconds", GAUGE, "When a build was last published.", self.published_at),
            ("last_failure_timestamp_seconds", GAUGE, "When a build last did not come about.", self.failed_at),
            (
                "complete_timestamp_seconds",
                GAUGE,
                "What was in the lake then is in the published build; its age is how far readers are behind.",
                self.complete_at,
            ),
            ("new_segments", GAUGE, "Log segments that the last published build read anew.", self.new_segments),
            ("missing_segments", GAUGE, "Segments in the lake that no build had read then.", self.missing_segments),
            ("lake_rows", GAUGE, "Rows in the lake at the last look.", self.lake_rows),
        ):
            yield single(f"spanledger_build_{name}", kind, text, value)
        tables = [("", (("table", table),), float(count)) for table, count in self.rows.items()]
        yield Family("spanledger_build_rows", GAUGE, "Rows of the published build, by table.", tables)

    def look(self, data: Path, lake: PurePath, outcome: Outcome | None) -> None:
        """Ask build and lake for what only they know, where it may be another than before."""
        with contextlib.suppress(*UNKNOWN):
            self.missing_segments = len(behind(data, lake).segments) if outcome is None else 0
            if outcome and outcome.build_id:
                self.rows = dict(_rows(data))


@contextlib.contextmanager
def counted(data: Path, lake: PurePath, reasons: tuple[type[Exception], ...]) -> Iterator[list[Outcome]]:
    """Count what is put into the list, or that one of ``reasons`` was raised; raises it all the same."""
    looked_at, made = time.time(), list[Outcome]()
    try:
        yield made
    except reasons as error:
        _take_in(data, lake, str(error), looked_at)
        raise
    if made:
        _take_in(data, lake, made[0], looked_at)


def _take_in(data: Path, lake: PurePath, made: Outcome | str, looked_at: float) -> None:
    run = data / "run"
    make_folder(run)
    held = lock(run / "builds.lock", is_waiting=True)  # two may build in turn: the schedule and a person
    outcome = made if isinstance(made, Outcome) else None
    try:
        figures = _so_far(run / NAME)
        figures.count(outcome, looked_at)
        figures.look(data, lake, outcome)
        write_json(run / NAME, asdict(figures))
        publish(run, "builds", list(figures.families()), is_lasting=True)
        _tell(data, made, figures.rows)
    finally:
        os.close(held)


def _tell(data: Path, made: Outcome | str, rows: Mapping[str, int]) -> None:
    """For the explorer's page on health; no build fails for it."""
    try:
        build_log.note(data, made, rows)
        sizes.measure(data, datetime.now(UTC).date())
    except (OSError, ValueError) as error:
        logger.warning("the explorer is not told of this build: %s", error)


def _so_far(path: Path) -> Figures:
    """What was counted before; nothing, said in the log, where that cannot be read: no build fails for it."""
    try:
        return Figures(**(read_json(path) or {}))
    except (ValueError, TypeError) as error:
        logger.warning("%s cannot be read, builds are counted anew: %s", path, error)
        return Figures()


def _rows(data: Path) -> Iterator[tuple[str, int]]:
    warehouse = current.published(data)
    if warehouse is None:
        return
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for table in TABLES:
            [(count,)] = connection.execute(f"select count(*) from main.{table}").fetchall()
            yield table, count
