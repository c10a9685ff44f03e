"""The models, run by dbt inside this process.

dbt reads the project once a process, and again when a file of it changed: reading it costs up to a third of a small
build. What was read lives as long as the process, so it is kept out of the garbage collector's rounds.
"""

import contextlib
import gc
import io
import os
from collections.abc import Iterator
from pathlib import Path

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.artifacts.schemas.results import NodeResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from spanledger.keeping.closed_days import NOTHING_CLOSED, ClosedDays
from spanledger.published import project
from spanledger.published.build_errors import BuildError, LakeReadError
from spanledger.published.build_limits import Limits
from spanledger.published.project import DUCKDB

QUIET = ("--quiet", "--log-level", "none", "--log-level-file", "none", "--no-use-colors", "--no-version-check")
NO_UNIT_TESTS = ("--no-write-json", "--exclude", "test_type:unit")
FINDINGS_SHOWN = 3
READER_OF_THE_LAKE = "stg_spans"

_read: dict[str, Manifest] = {}
"""What dbt read, by target, the project's folder and the digest of its files."""

_kept_contract: set[str] = set()
"""The keys of `_read` whose models were seen to have the columns that their contracts say."""


class Models:
    """The models of one data directory; ``folder`` is where dbt keeps what it read for the next process."""

    def __init__(self, folder: Path, limits: Limits, *, unit_tests: bool = False) -> None:
        """``unit_tests``: also run the models' unit tests and write what came of each, for the project's own tests."""
        self._folder = folder
        self._options = () if unit_tests else NO_UNIT_TESTS
        self._limits = limits
        self.seconds: dict[str, float] = {}
        """How long each node of the last run took, by its name."""
        self.checks = 0
        """How many checks the last run passed."""

    def run(
        self, warehouse: Path, previous: Path, facts: Path, closed: ClosedDays = NOTHING_CLOSED, *, rows: int
    ) -> None:
        """Make every table of ``warehouse``, of a lake of so many ``rows``, and check it. Raises BuildError."""
        limits = self._limits.for_rows(rows)
        version = project.digest().hex()
        key = f"{project.PROJECT} {version}"
        checks_contracts = key not in _kept_contract
        with environment(warehouse, previous, facts, limits, closed, checks_contracts=checks_contracts):
            try:
                result = self.invoke(self.manifest(DUCKDB, version), DUCKDB, "build", *self._options)
                self.seconds = {one.node.name: one.execution_time for one in result.result or []}
                check(result)
                self.checks = sum(one.node.resource_type == "test" for one in result.result or [])
                _kept_contract.add(key)
            finally:
                _close_connections()

    def invoke(self, manifest: Manifest, target: str, command: str, *options: str) -> dbtRunnerResult:
        """One of dbt's commands over the project, which was read for that target of `profiles.yml`."""
        # dbt prints through its own logger; the result object says all that is needed
        with contextlib.redirect_stdout(io.StringIO()):
            return dbtRunner(manifest=manifest).invoke(self._command(target, command, *options))

    def manifest(self, target: str, version: str) -> Manifest:
        """The project as dbt read it for a target; ``version`` is the digest of its files."""
        key = f"{target} {project.PROJECT} {version}"
        if key not in _read:
            parsed = dbtRunner().invoke(self._command(target, "parse", "--no-write-json"))
            if not isinstance(parsed.result, Manifest):
                raise BuildError(f"the models could not be read: {parsed.exception}") from parsed.exception
            for old in [one for one in _read if one.startswith(f"{target} ")]:
                del _read[old]
            _read[key] = parsed.result
            gc.collect()
            gc.freeze()
        return _read[key]

    def _command(self, target: str, name: str, *options: str) -> list[str]:
        folder = str(project.PROJECT)
        kept = self._folder / ("target" if target == DUCKDB else target)
        places = ("--project-dir", folder, "--profiles-dir", folder, "--target", target)
        return [name, *QUIET, *places, "--target-path", str(kept), "--log-path", str(self._folder / "logs"), *options]


def _close_connections() -> None:
    """Let go of the working database, so that its folder can be renamed and the next build opens a new one."""
    environment = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()


def check(result: dbtRunnerResult) -> None:
    """Raises BuildError with what failed; LakeReadError where the model that reads the lake did."""
    if result.exception is not None:
        raise BuildError(f"the models could not be run: {result.exception}") from result.exception
    failed = [one for one in result.result or [] if str(one.status) in {"error", "fail", "runtime error"}]
    if failed or not result.success:
        lines = [f"{one.node.name}: {one.message}{_findings(one)}" for one in failed]
        kind = LakeReadError if any(one.node.name == READER_OF_THE_LAKE for one in failed) else BuildError
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
def environment(
    warehouse: Path,
    previous: Path,
    facts: Path,
    limits: Limits,
    closed: ClosedDays = NOTHING_CLOSED,
    *,
    checks_contracts: bool,
) -> Iterator[None]:
    """What `profiles.yml` and the macros ask the environment for."""
    names = {
        "DBT_SPANLEDGER_WAREHOUSE": str(warehouse),
        "DBT_SPANLEDGER_PREVIOUS_WAREHOUSE": str(previous),
        "DBT_SPANLEDGER_FACTS": str(facts),
        "DBT_SPANLEDGER_BUILD_MEMORY": f"{limits.memory_bytes}B",
        "DBT_SPANLEDGER_BUILD_THREADS": str(limits.threads),
        "DBT_SPANLEDGER_CHECK_CONTRACTS": "yes" if checks_contracts else "no",
        "DBT_SPANLEDGER_CALLS_FROM": str(closed.calls_from or ""),
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
