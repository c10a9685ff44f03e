"""The Spark of the tests: the product's session, one for all of them, set for few rows and many statements."""

import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

from spanledger.published.build_limits import Limits
from spanledger.spark import session

LIMITS = Limits(memory_bytes=3 * 1024**3, threads=2)
QUICK = {
    # planning a statement again by what came out costs more than it saves on few rows
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.autoBroadcastJoinThreshold": "33554432",
    # what is written is read once or twice, and goes
    "spark.sql.parquet.compression.codec": "uncompressed",
    "spark.hadoop.parquet.enable.dictionary": "false",
    "spark.hadoop.parquet.page.write-checksum.enabled": "false",
    "spark.shuffle.compress": "false",
    "spark.broadcast.compress": "false",
    # Spark's checks of its own optimizer
    "spark.sql.lightweightPlanChangeValidation": "false",
}


def local_session(*, compiles: bool = False) -> SparkSession:
    """The session of this process, started on first use; ``compiles``: statements, which costs more than it saves on a
    few thousand rows, and less on many."""
    session.SETTINGS.update(QUICK)
    spark = session.started(LIMITS, Path(tempfile.mkdtemp(prefix="spark-")))
    spark.conf.set("spark.sql.codegen.wholeStage", str(compiles).lower())
    spark.conf.set("spark.sql.codegen.factoryMode", "FALLBACK" if compiles else "NO_CODEGEN")
    return spark
