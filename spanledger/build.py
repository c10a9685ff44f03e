"""One build: the lake's news become a new warehouse, checked, and published only when every check is green."""

import contextlib
import io
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.results import NodeResult
from dbt.cli.main import dbtRunner, dbtRunnerResult

from spanledger import records, workspace
from spanledger.builds import Builds, new_build_id
from spanledger.charge_files import ChargeFiles
from spanledger.price_files import PriceFiles

COMMAND = (
    *("build", "--quiet", "--log-level-file", "none", "--no-use-colors", "--no-version-check"),
    *("--project-dir", str(workspace.PROJECT), "--profiles-dir", str(workspace.PROJECT)),
)
NO_UNIT_TESTS = ("--exclude", "test_type:unit")
FINDINGS_SHOWN = 3
NO_FILES, NO_CHARGES = PriceFiles(), ChargeFiles()
READER_OF_THE_LAKE = "stg_spans"
FINISH = (Path(__file__).parent / "sql" / "finish.sql").read_text()


def utc_now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


class BuildError(RuntimeError):
    """A build that was not published; names the models or checks that failed and says what they said."""


class _LakeReadError(BuildError):
    """The model that reads the lake failed."""


@dataclass(frozen=True)
class Outcome:
    """What a build did."""

    build_id: str | None  # None when there was nothing new
    is_full: bool
    new_segments: int
    lake_rows: int
    seconds: float


class Builder:
    """Builds of one data directory in one warm process: the first call pays for loading dbt, later ones do not."""

    def __init__(
        self,
        data: Path,
        lake: Path,
        price_files: PriceFiles = NO_FILES,
        charge_files: ChargeFiles = NO_CHARGES,
        outcome_rules_file: Path | None = None,
        *,
        unit_tests: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``unit_tests``: also run the models' unit tests, for the project's own tests. ``clock`` says the instant of a
        build, by which tasks without an outcome are pending."""
        self._builds = Builds(data)
        self._data = data.absolute()
        self._lake = lake.absolute()
        self._price_files, self._charge_files = price_files, charge_files
        self._outcome_rules_file, self._clock = outcome_rules_file, clock
        self._command = COMMAND if unit_tests else (*COMMAND, *NO_UNIT_TESTS)
        self._dbt = dbtRunner()

    def build(self, *, full_refresh: bool = False) -> Outcome:
        """Make and publish a build if there is something new. Raises BuildError, BuildInProgressError, PriceError,
        ChargeError, ConfigError, LakeError."""
        started = time.monotonic()
        with self._builds.lock():
            plan = workspace.plan(
                self._data,
                self._lake,
                self._builds.facts,
                self._builds.to_carry_on_from,
                self._price_files,
                self._charge_files,
                self._outcome_rules_file,
                self._clock(),
                full_refresh=full_refresh,
            )
            if not plan.is_needed:
                return Outcome(None, is_full=False, new_segments=0, lake_rows=plan.lake_rows, seconds=0.0)
            build_id = new_build_id()
            self._make(build_id, plan)
            self._builds.publish(build_id)
            records.settle(self._data, self._builds)
        return Outcome(build_id, plan.previous is None, len(plan.segments), plan.lake_rows, time.monotonic() - started)

    def _make(self, build_id: str, plan: workspace.Plan) -> None:
        self._builds.clean()
        records.settle(self._data, self._builds)
        shutil.rmtree(self._builds.work, ignore_errors=True)
        self._builds.work.mkdir()
        warehouse = self._builds.work / "warehouse.duckdb"
        try:
            workspace.prepare(warehouse, build_id, plan, self._data)
            with _environment(warehouse, self._previous(plan), self._builds.facts):
                self._run()
        except (duckdb.Error, _LakeReadError) as failure:
            damaged = workspace.damaged(plan.files)
            if not damaged:
                raise
            names = ", ".join(str(path) for path in damaged)
            raise BuildError(f"nothing was published; restore from a backup what is damaged: {names}") from failure
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            records.set_aside(connection, self._data, build_id)
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

    def _run(self) -> None:
        folder = self._data / "dbt"
        try:
            # dbt prints through its own logger; the result object says all that is needed
            with contextlib.redirect_stdout(io.StringIO()):
                _check(
                    self._dbt.invoke(
                        [*self._command, "--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
                    )
                )
        finally:
            _close_connections()


def _close_connections() -> None:
    """Let go of the working database, so that its folder can be renamed and the next build opens a new one."""
    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()


def _check(result: dbtRunnerResult) -> None:
    if result.exception is not None:
        raise BuildError(f"the models could not be run: {result.exception}") from result.exception
    failed = [one for one in result.result or [] if str(one.status) in {"error", "fail", "runtime error"}]
    if failed or not result.success:
        lines = [f"{one.node.name}: {one.message}{_findings(one)}" for one in failed]
        kind = _LakeReadError if any(one.node.name == READER_OF_THE_LAKE for one in failed) else BuildError
        raise kind("nothing was published; these failed:\n" + "\n".join(lines))


def _findings(failed: NodeResult) -> str:
    """The first rows that a failed check found, with their figures; nothing for a model that could not run."""
    environment = DuckDBConnectionManager._ENV
    code = getattr(failed.node, "compiled_code", None)
    if environment is None or str(failed.status) != "fail" or failed.node.resource_type != "test" or not code:
        return ""
    cursor = environment.handle().cursor()
    cursor.execute(f"select * from ({code}\n) limit {FINDINGS_SHOWN}")
    names = [column[0] for column in cursor.description]
    rows = [zip(names, row, strict=True) for row in cursor.fetchall()]
    return "".join("\n    " + ", ".join(f"{name}={value}" for name, value in row) for row in rows)


@contextlib.contextmanager
def _environment(warehouse: Path, previous: Path, facts: Path) -> Iterator[None]:
    names = {
        "DBT_SPANLEDGER_WAREHOUSE": str(warehouse),
        "DBT_SPANLEDGER_PREVIOUS_WAREHOUSE": str(previous),
        "DBT_SPANLEDGER_FACTS": str(facts),
        "DO_NOT_TRACK": "1",
    }
    before = {name: os.environ.get(name) for name in names}
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
