"""The models on Spark: the same SQL, translated, for who outgrows one machine. Imported only where `engine` says so."""

from importlib.util import find_spec

from spanledger.published.build_errors import BuildError
from spanledger.published.models import Models

PACKAGES = ("pyspark", "sqlglot", "dbt.adapters.spark")
INSTALL = "pip install --require-hashes --no-deps -r requirements-spark.lock"


def spark_models() -> type[Models]:
    """The models, computed by Spark. Raises BuildError where the extra is not installed."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise BuildError(f"engine spark needs packages that are not installed ({', '.join(missing)}); run: {INSTALL}")
    from spanledger.spark.engine import SparkModels

    return SparkModels
