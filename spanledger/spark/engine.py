"""A build on Spark: Spark runs the models, then DuckDB takes their rows over, checks them and makes the views.

meta (DuckDB) -> Parquet -> Spark: staging, intermediate, facts, marts -> Parquet
    facts/<model>/…        history models: written by Spark, booked in `meta` as DuckDB's are
    .work/spark/<name>/    tables: DuckDB loads them (`computed` in dbt_project/macros/tables.sql)
then dbt on DuckDB: tables loaded, views and macros made, every check run; all that follows knows no engine.
"""

import os
import shutil
from collections import Counter
from pathlib import Path

import duckdb

from spanledger.keeping.closed_days import NOTHING_CLOSED, ClosedDays
from spanledger.published.build_errors import BuildError
from spanledger.published.build_limits import Limits
from spanledger.published.models import Models, check, environment
from spanledger.published.project import digest
from spanledger.spark import adapter, inputs, session
from spanledger.spark.workbench import Workbench

TARGET = "spark"
COMPUTED = "DBT_SPANLEDGER_COMPUTED"
ON_SPARK_ALONE = ("config.materialized:working", "config.materialized:passing")


class SparkModels(Models):
    """The models of one data directory, computed by Spark."""

    def __init__(self, folder: Path, limits: Limits, *, unit_tests: bool = False) -> None:
        """As `Models`; ``unit_tests`` run on DuckDB, after the build."""
        super().__init__(folder, limits, unit_tests=unit_tests)
        self._options = (*self._options, *(() if "--exclude" in self._options else ("--exclude",)), *ON_SPARK_ALONE)
        adapter.register()

    def run(
        self, warehouse: Path, previous: Path, facts: Path, closed: ClosedDays = NOTHING_CLOSED, *, rows: int
    ) -> None:
        """Make every table of ``warehouse`` on Spark, then check it on DuckDB. Raises BuildError."""
        if not session.has_java():
            raise BuildError("engine spark needs Java 17 or newer and found none: install openjdk-17-jre-headless")
        folder = warehouse.parent / "spark"
        folder.mkdir()
        try:
            seconds = self._compute(warehouse, previous, facts, closed, folder)
            os.environ[COMPUTED] = str(folder)
            super().run(warehouse, previous, facts, closed, rows=rows)
        finally:
            os.environ.pop(COMPUTED, None)
            shutil.rmtree(folder)
        self.seconds = dict(Counter(seconds) + Counter(self.seconds))

    def _compute(
        self, warehouse: Path, previous: Path, facts: Path, closed: ClosedDays, folder: Path
    ) -> dict[str, float]:
        spark = session.started(self._limits, self._folder / "spark")
        with (
            duckdb.connect(str(warehouse)) as book,
            environment(warehouse, previous, facts, self._limits, closed, checks_contracts=False),
        ):
            book.execute("set TimeZone = 'UTC'")
            book.execute(f"attach '{previous}' as previous (read_only)")
            build_id, *_ = book.execute("select build_id from meta.build").fetchall()[0]
            bench = Workbench(spark, book, folder, facts, build_id)
            manifest = self.manifest(TARGET, digest().hex())
            reports = [f"{n.schema}.{n.name}" for n in manifest.nodes.values() if n.config.materialized == "daily"]
            inputs.open_inputs(bench, reports)
            adapter.SpanLedgerSparkAdapter.bench = bench
            try:
                result = self.invoke(manifest, TARGET, "run", "--no-write-json")
                check(result)
                self.look(bench)
            finally:
                adapter.SpanLedgerSparkAdapter.bench = None
            book.execute("detach previous")
        return {one.node.name: one.execution_time for one in result.result or []}

    def look(self, bench: Workbench) -> None:
        """Called when Spark is done and its relations are still there: for tests, which compare them."""
