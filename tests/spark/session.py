"""The Spark of the tests: the product's session, one for all of them, set for few rows and many statements."""

import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

from spanledger.published.build_limits import Limits
from spanledger.spark import session

LIMITS = Limits(memory_bytes=3 * 1024**3, threads=2)
QUICK = {
    # compiling a statement costs more than it saves on few rows, and so does planning it again by what came out
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    # Spark's checks of its own optimizer
    "spark.sql.lightweightPlanChangeValidation": "false",
}


def local_session() -> SparkSession:
    """The session of this process, started on first use."""
    session.SETTINGS.update(QUICK)
    return session.started(LIMITS, Path(tempfile.mkdtemp(prefix="spark-")))
