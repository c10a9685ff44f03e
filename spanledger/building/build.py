"""One build: the lake's news become a new warehouse, checked, and published only when every check is green."""

import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Self

import duckdb

from collector.data_format import claim
from collector.files import shared
from collector.store.lake import READERS_NAME
from collector.store.lake_store import store_of
from collector.store.object_path import absolute
from spanledger.alerts import history as alert_history
from spanledger.building import records, workspace
from spanledger.charges.charge_files import ChargeFiles
from spanledger.prices.price_files import PriceFiles
from spanledger.published.build_errors import BuildError, LakeReadError
from spanledger.published.build_limits import USUAL_LIMITS, Limits
from spanledger.published.builds import Builds, new_build_id
from spanledger.published.project import DUCKDB
from spanledger.results import registry as results
from spanledger.settings import Settings

if TYPE_CHECKING:
    from spanledger.published.models import Models

NO_FILES, NO_CHARGES = PriceFiles(), ChargeFiles()
FINISH = (Path(__file__).parent.parent / "sql" / "finish.sql").read_text()


def models_on(engine: str) -> type["Models"]:
    """What runs the models. Raises BuildError where a package is missing that the engine needs."""
    if engine == DUCKDB:
        from spanledger.published.models import Models  # loads dbt, a second that a look for news need not take

        return Models
    from spanledger.spark import spark_models  # an extra: loaded only where it is asked for

    return spark_models()


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Outcome:
    """What a build did."""

    build_id: str | None  # None when there was nothing new
    is_full: bool
    new_segments: int
    lake_rows: int
    seconds: float
    checks: int = 0  # that it passed
    steps: int = 1  # in which it was made


class Builder:
    """Builds of one data directory in one warm process: the first call pays for loading dbt, later ones do not."""

    def __init__(
        self,
        data: Path,
        lake: PurePath,
        price_files: PriceFiles = NO_FILES,
        charge_files: ChargeFiles = NO_CHARGES,
        outcome_rules_file: Path | None = None,
        limits: Limits = USUAL_LIMITS,
        *,
        budgets_file: Path | None = None,
        events_file: Path | None = None,
        business_file: Path | None = None,
        engine: str = DUCKDB,
        unit_tests: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``engine``: what runs the models, duckdb or spark. ``unit_tests``: also run the models' unit tests, for the
        project's own tests. ``clock`` says the instant of a build, by which tasks without an outcome are pending."""
        self._builds = Builds(data)
        self._data = data.absolute()
        self._lake = absolute(lake)
        self._price_files, self._charge_files = price_files, charge_files
        self._outcome_rules_file, self._budgets_file, self._clock = outcome_rules_file, budgets_file, clock
        self._events_file = events_file
        self._business_file = business_file
        self._limits, self._seconds = limits, Counter[str]()
        self._engine, self._unit_tests = engine, unit_tests

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The builder of an installation with these settings."""
        return cls(
            *(settings.data, settings.lake_path, settings.price_files, settings.charge_files),
            settings.outcome_rules_file,
            settings.build_limits,
            budgets_file=settings.budgets_file,
            events_file=settings.events_file,
            business_file=settings.business_file,
            engine=settings.engine,
        )

    def build(self, *, full_refresh: bool = False, shows_alerts: bool = False) -> Outcome:
        """Make and publish a build if there is something new; with ``shows_alerts``, news of alerts too.

        Raises BuildError, BuildInProgressError, PriceError, ChargeError, ConfigError, LakeError, FormatError."""
        started = time.monotonic()
        with self._builds.lock(), shared(self._data / "run" / READERS_NAME):
            claim(self._data)
            published, now = self._builds.to_carry_on_from, self._clock()
            plan = self._plan(published, now, full_refresh=full_refresh)
            shows_all = not shows_alerts or alert_history.is_known(published, self._data)
            if not plan.is_needed and shows_all:
                return Outcome(None, is_full=False, new_segments=0, lake_rows=plan.lake_rows, seconds=0.0)
            is_full, segments, made = plan.previous is None, len(plan.segments), list[str]()
            self._tidy()
            while not plan.is_last:
                made.append(new_build_id())
                self._make(made[-1], plan)
                self._builds.keep_step()
                plan = self._plan(published, now, full_refresh=full_refresh, step=self._builds.step)
                segments += len(plan.segments)
            made.append(new_build_id())
            self._make(made[-1], plan)
            self._builds.publish(made)
            records.settle(self._data, self._builds)
        seconds, checks = time.monotonic() - started, self._models.checks
        return Outcome(made[-1], is_full, segments, plan.lake_rows, seconds, checks, len(made))

    @cached_property
    def _models(self) -> "Models":
        return models_on(self._engine)(self._data / "dbt", self._limits, unit_tests=self._unit_tests)

    @property
    def node_seconds(self) -> dict[str, float]:
        """How long each node of the last build took, by its name, in all its steps."""
        return dict(self._seconds)

    def _plan(
        self, published: Path | None, now: datetime, *, full_refresh: bool, step: Path | None = None
    ) -> workspace.Plan:
        return workspace.plan(
            self._data,
            self._lake,
            self._builds.facts,
            published,
            self._price_files,
            self._charge_files,
            self._outcome_rules_file,
            now,
            full_refresh=full_refresh,
            budgets_file=self._budgets_file,
            events_file=self._events_file,
            business_file=self._business_file,
            step=step,
            step_rows=self._limits.step_rows,
        )

    def _tidy(self) -> None:
        """Take away what a build that did not come to its end left."""
        self._seconds.clear()
        self._builds.drop_step()
        self._builds.clean()
        records.settle(self._data, self._builds)

    def _make(self, build_id: str, plan: workspace.Plan) -> None:
        """The whole of the working database; of a step, what the next one carries on from."""
        shutil.rmtree(self._builds.work, ignore_errors=True)
        self._builds.work.mkdir()
        warehouse = self._builds.work / "warehouse.duckdb"
        try:
            workspace.prepare(warehouse, build_id, plan, self._data, self._limits)
            alert_history.open_alerts(warehouse, self._data)
            self._models.run(warehouse, self._previous(plan), self._builds.facts, plan.closed, rows=plan.lake_rows)
            self._seconds.update(self._models.seconds)
        except (duckdb.Error, LakeReadError) as failure:
            damaged = workspace.damaged(plan.files, store_of(self._lake, self._data))
            if not damaged:
                raise
            names = ", ".join(str(path) for path in damaged)
            raise BuildError(f"nothing was published; restore from a backup what is damaged: {names}") from failure
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            if plan.is_last:
                records.set_aside(connection, self._data, build_id)
                results.write(connection, plan.carried_results, self._data)
                records.set_forecasts_aside(connection, self._data, build_id)
            connection.execute(FINISH, {"lake_files": plan.lake_files, "lake_rows": plan.lake_rows})
            connection.execute("checkpoint")

    def _previous(self, plan: workspace.Plan) -> Path:
        """Where dbt finds the previous build: one path for every build, else dbt would parse its project anew."""
        path = self._builds.work / "previous.duckdb"
        if plan.previous:
            path.symlink_to(plan.previous)
        else:
            duckdb.connect(str(path)).close()
        return path
