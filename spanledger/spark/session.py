"""The Spark session of this process: local, on loopback, in UTC, strict about numbers, with nothing to download."""

import contextlib
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pyspark.sql import SparkSession

from spanledger.published.build_limits import Limits

SETTINGS = {
    "spark.app.name": "spanledger",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # nobody sees its pages: keep nothing for them, and write no long plans
    "spark.ui.retainedJobs": "1",
    "spark.ui.retainedStages": "1",
    "spark.ui.retainedTasks": "1",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.sql.maxPlanStringLength": "1000",
    "spark.jars.packages": "",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timeType.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    # recursion ends where nothing new is found
    "spark.sql.cteRecursionLevelLimit": "-1",
    "spark.sql.cteRecursionRowLimit": "-1",
    # lake files are small and many: list them here, read several in a task
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
    "spark.sql.files.openCostInBytes": "65536",
    # one side of a join is sent whole by its size when it was worked out: from a compressed file's it cannot be told
    "spark.sql.autoBroadcastJoinThreshold": "1048576",
    "spark.sql.adaptive.autoBroadcastJoinThreshold": "33554432",
}

_session: SparkSession | None = None


def started(limits: Limits, folder: Path) -> SparkSession:
    """The session, started on first use; ``folder`` gets its log and what it spills."""
    global _session  # noqa: PLW0603 - a JVM a process
    if _session is None:
        folder.mkdir(parents=True, exist_ok=True)
        logging.getLogger("SQLQueryContextLogger").disabled = True  # errors are reported once, by dbt
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")  # else it looks the machine's name up
        builder = SparkSession.builder.master(f"local[{limits.threads}]")
        for name, value in (SETTINGS | _sized(limits, folder)).items():
            builder = builder.config(name, value)
        with _stderr_into(folder / "spark.log"):
            _session = builder.getOrCreate()
            _session.sparkContext.setLogLevel("OFF")
    return _session


def running() -> SparkSession:
    """The session that was started."""
    if _session is None:
        raise RuntimeError("no Spark session was started")
    return _session


def stop() -> None:
    """End the session and its JVM's work."""
    global _session  # noqa: PLW0603 - see above
    if _session is not None:
        _session.stop()
        _session = None


def has_java() -> bool:
    """Whether there is a Java for Spark to run on."""
    home = os.environ.get("JAVA_HOME")
    return bool(home and (Path(home) / "bin" / "java").exists()) or shutil.which("java") is not None


def _sized(limits: Limits, folder: Path) -> dict[str, str]:
    return {
        "spark.driver.memory": f"{limits.memory_bytes // 1024**2}m",
        "spark.sql.shuffle.partitions": str(limits.threads),
        "spark.local.dir": str(folder),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }


@contextlib.contextmanager
def _stderr_into(path: Path) -> Iterator[None]:
    """The JVM inherits this process's standard error and says much: it goes to a file."""
    kept = os.dup(2)
    with path.open("ab") as log:
        os.dup2(log.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
