"""The same builds on either engine: one history, one clock, one list of build ids; and what relations hold then."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

import duckdb
import pyarrow as pa

import spanledger.building.build
from benchmarks import history
from sample_traces import company
from sample_traces.recordings import recordings
from spanledger.building.build import Builder, Outcome
from spanledger.charges.charge_files import ChargeFiles
from spanledger.keeping import calls_tier
from spanledger.prices.price_files import PriceFiles
from spanledger.published.project import PROJECT
from spanledger.results import registry
from spanledger.running.demo import END, FILES
from spanledger.settings import LEAST_MONTHS
from spanledger.spark.engine import SparkModels
from spanledger.spark.workbench import Workbench
from tests.lake import land, published
from tests.spark import equal
from tests.spark.session import LIMITS, local_session

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
CLOSED_AT = datetime(2027, 3, 10, tzinfo=UTC)
"""When October ended long enough ago."""
LAYERS = {"facts": "facts", "marts": "main"}
"""The layers that are compared, and their schemas."""

FILLED_LATER = {
    "rpt_budget_status": (
        *("forecast_usd", "forecast_low_usd", "forecast_high_usd", "probability_over"),
        *("exhausted_on", "exhausted_early_on", "exhausted_late_on", "no_forecast_reason"),
    )
}
"""Columns that are null when Spark is done: forecasts, made from its rows, fill them in the warehouse."""

MakeLake = Callable[[Path], Callable[[Path], object]]
"""Makes the lake of a data directory; what it returns lands what comes later in one."""


@dataclass
class Place:
    """A data directory, and its builds so far."""

    data: Path
    start_session: Callable[[], object] = local_session  # before Spark's builds
    built: int = 0  # how many builds there were
    seen: dict[str, pa.Table] = field(default_factory=dict)  # what Spark said of each view, the last time
    node_seconds: dict[str, float] = field(default_factory=dict)  # of the last build

    def build(self, engine: str, *, full: bool = False) -> Outcome:
        """A build of what is new; raises AssertionError where there is nothing."""
        names = {"charges": "charges.csv", "allocation": "allocation.yml", "tag_policy": "tag_policy.yml"}
        files = {name: FILES / file for name, file in names.items()}
        builder = Builder(
            self.data,
            self.data / "lake",
            PriceFiles(self.data / "prices.csv"),
            ChargeFiles(**files),
            limits=LIMITS,
            budgets_file=FILES / "budgets.yml",
            engine=engine,
            clock=lambda: NOW,
        )
        self.built += 1
        spanledger.building.build.new_build_id = lambda: f"2026112{self.built}T000000000000Z-test"
        if engine == "spark":
            self.start_session()
        SparkModels.look = self._look  # type: ignore[method-assign]
        outcome = builder.build(full_refresh=full)
        self.node_seconds = builder.node_seconds
        assert outcome.build_id is not None, "there was nothing new to build"
        return outcome

    def close(self) -> None:
        """The days of October close: their calls go, their daily figures stay."""
        lake, build = self.data / "lake", lambda: self.build("duckdb")
        assert calls_tier.expire(self.data, lake, LEAST_MONTHS, CLOSED_AT, build)

    def copied_to(self, data: Path) -> Self:
        """The same without builds, whose next has the last one's id; what was learnt outlives them, so that both
        engines know it of one time."""
        shutil.copytree(self.data, data, ignore=shutil.ignore_patterns("builds", "facts", "dbt"))
        return type(self)(data, self.start_session, self.built - 1)

    def _look(self, bench: Workbench) -> None:
        self.seen = {}
        listed = bench.spark.sql("show views in main").collect()
        marts = [view.viewName for view in listed if not view.isTemporary]  # other tests of this session have some
        assert set(marts) <= set(relations("marts"))
        for name in marts:
            folder = bench.folder / "looked" / name
            bench.spark.table(f"main.{name}").coalesce(1).write.parquet(str(folder))
            with duckdb.connect() as connection:
                connection.execute("set TimeZone = 'UTC'")
                self.seen[name] = connection.execute(f"from read_parquet('{folder}/*.parquet')").to_arrow_table()


class Story:
    """Two places with one lake, in which one engine each builds. What Spark made is compared twice: as readers find it
    in the warehouse, and each mart, views too, as Spark sees it."""

    def __init__(
        self, folder: Path, make: MakeLake, start_session: Callable[[], object] = local_session, *, closes: bool = False
    ) -> None:
        self._duckdb = Place(folder / "duckdb", start_session)
        self._land_later = make(self._duckdb.data)
        self._duckdb.build("duckdb")
        if closes:
            self._duckdb.close()
        self._spark = self._duckdb.copied_to(folder / "spark")

    def builds_everything(self) -> None:
        """Raises AssertionError where a build anew differs."""
        outcome = self._spark.build("spark")
        assert outcome.is_full
        assert not list(differences(self._spark, published(self._duckdb.data)))

    def carries_on(self) -> None:
        """Raises AssertionError where the next build, with what arrived late, differs."""
        for place in (self._duckdb, self._spark):
            self._land_later(place.data)
        expected = self._duckdb.build("duckdb")
        outcome = self._spark.build("spark")
        assert (outcome.is_full, outcome.new_segments) == (False, expected.new_segments)
        assert not list(differences(self._spark, published(self._duckdb.data)))


def relations(layer: str) -> list[str]:
    """The names of a layer's models."""
    return sorted(path.stem for path in (PROJECT / "models" / layer).glob("*.sql"))


def differences(made: Place, expected: Path) -> Iterator[str]:
    """A line for each relation of the published build that is not as the warehouse ``expected`` has it, and for each
    view that Spark itself did not see so. Tables that are made of marts when the models are done are among them."""
    of_models = [(schema, name) for layer, schema in LAYERS.items() for name in relations(layer)]
    with (
        duckdb.connect(str(published(made.data)), read_only=True) as one,
        duckdb.connect(str(expected), read_only=True) as other,
    ):
        for connection in (one, other):
            connection.execute("set TimeZone = 'UTC'")
        for schema, name in [*of_models, *((table.schema, table.name) for table in registry.TABLES)]:
            relation = f"{schema}.{name}"
            types = [(column, kind) for column, kind, *_ in other.execute(f"describe {relation}").fetchall()]
            rows = other.execute(f"from {relation}").to_arrow_table()
            yield from _said(name, one.execute(f"from {relation}").to_arrow_table(), rows, types)
            if name in made.seen:
                if name in FILLED_LATER:
                    nulls = ", ".join(f"null as {column}" for column in FILLED_LATER[name])
                    rows = other.execute(f"select * replace ({nulls}) from {relation}").to_arrow_table()
                yield from _said(f"{name} on Spark", made.seen[name], rows, types)


def _said(name: str, made: pa.Table, expected: pa.Table, types: list[tuple[str, str]]) -> Iterator[str]:
    found = equal.differences(made, expected, types)
    if found:
        yield "\n    ".join([name, *found])


def history_lake(data: Path, calls: int = 50_000) -> Callable[[Path], object]:
    """So many calls of two weeks in a lake; what is returned lands in one the spans that come next, every fifth of them
    up to two weeks late."""
    week = history.make_week(7, date(2026, 11, 9))
    rest = history.write_history(data / "lake", week, calls, 14)
    company.write_prices(week.company, data / "prices.csv")
    return lambda data: history.land(data / "lake", history.late(rest, 0.2, 14), f"{14 * 24:012d}-h")


def company_lake(data: Path) -> Callable[[Path], object]:
    """The simulated company and the recordings in a lake; what is returned lands in one what comes later."""
    simulated = company.simulate(7, days=24, scale=0.5, end=END)
    bodies = [*company.requests(simulated), *(body for one in recordings() for body in one.protobuf)]
    late = bodies[5::11]
    data.mkdir(parents=True)
    company.write_prices(simulated, data / "prices.csv")
    land([body for number, body in enumerate(bodies) if number % 11 != 5], data)
    return lambda data: land(late, data)
