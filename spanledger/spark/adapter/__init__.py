"""dbt's adapter for Spark: dbt-spark's, whose queries are DuckDB's SQL, translated on their way.

Queries (`select`, `with`, `insert`) are translated; every other statement is written by our materializations or by
dbt-spark in Spark's own SQL, and goes as it is. The materializations of `dbt_project/macros/spark/` ask for more:
the book (the warehouse's tables of `meta`, in DuckDB), views over files, and files put in their place.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from dbt.adapters.base import AdapterPlugin, available
from dbt.adapters.contracts.connection import Connection, ConnectionState
from dbt.adapters.spark import SparkAdapter, SparkConnectionManager, SparkCredentials
from dbt.adapters.spark.connections import SparkConnectionMethod
from dbt.adapters.spark.session import Connection as SparkSessionConnection
from dbt.adapters.spark.session import Cursor, SessionConnectionWrapper
from dbt_common.exceptions import DbtRuntimeError
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from spanledger.spark import session
from spanledger.spark.columns import ddl
from spanledger.spark.sql import translate
from spanledger.spark.sql.steps import steps
from spanledger.spark.workbench import Workbench

NAME = "spanledgerspark"
COMMENT = re.compile(r"\A(\s*/\*.*?\*/)+", re.DOTALL)
QUERY = re.compile(r"\A[\s(]*(select|with|insert|from)\b", re.IGNORECASE)


class _Cursor(Cursor):
    """A statement in this process's session; dbt-spark's would ask for Hive, and switch ANSI mode off, each time."""

    def execute(self, sql: str, *parameters: Any) -> None:
        if parameters:
            raise DbtRuntimeError(f"a statement with parameters is not expected: {sql[:80]}")
        try:
            self._df = session.running().sql(sql)
        except (PySparkException, Py4JJavaError) as error:
            raise DbtRuntimeError(_said(error)) from error


class _SessionConnection(SparkSessionConnection):
    def cursor(self) -> Cursor:
        return _Cursor()


class Connections(SparkConnectionManager):
    """dbt-spark's connections; queries are translated."""

    TYPE = NAME

    @classmethod
    def open(cls, connection: Connection) -> Connection:
        """As dbt-spark does, but for the session of this process."""
        if connection.state != ConnectionState.OPEN and connection.credentials.method == SparkConnectionMethod.SESSION:
            connection.handle = SessionConnectionWrapper(_SessionConnection())
            connection.state = ConnectionState.OPEN
            return connection
        return super().open(connection)

    def add_query(self, sql: str, *args: Any, **kwargs: Any) -> Any:
        """Send a statement; a query as Spark says it."""
        text = COMMENT.sub("", sql)
        return super().add_query(_translated(text) if QUERY.match(text) else text, *args, **kwargs)


@dataclass
class Credentials(SparkCredentials):
    """dbt-spark's, with ANSI mode on: a number too large is an error, never null."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.server_side_parameters["spark.sql.ansi.enabled"] = "true"

    @property
    def type(self) -> str:
        """The adapter's name."""
        return NAME


class SpanLedgerSparkAdapter(SparkAdapter):
    """What the materializations for Spark call, beside what dbt-spark has."""

    ConnectionManager = Connections
    bench: ClassVar[Workbench | None] = None

    @property
    def _bench(self) -> Workbench:
        if self.bench is None:
            raise DbtRuntimeError("no build is at work on Spark")
        return self.bench

    @available
    def translated(self, sql: str) -> str:
        """A query of DuckDB's as Spark says it."""
        return _translated(sql)

    @available
    def steps(self, sql: str, prefix: str) -> list[tuple[str, str]]:
        """A query of DuckDB's in steps: (table to keep the rows in, query); the last has no table."""
        return steps(COMMENT.sub("", sql), prefix)

    @available
    def bookkeep(self, sql: str) -> list[tuple[Any, ...]]:
        """Run a statement of DuckDB's on the warehouse being made; its rows."""
        return self._bench.bookkeep(sql)

    @available
    def folder_of(self, name: str) -> str:
        """Where the rows of a relation lie that only this build needs, or that the warehouse takes over."""
        return str(self._bench.folder / name)

    @available
    def open_files(self, name: str, columns: Sequence[dict[str, Any]], paths: Sequence[str]) -> None:
        """Make the table ``name`` of the rows of Parquet files, with a model's columns."""
        self._bench.open_files(name, ddl([(one["name"], one["data_type"]) for one in columns]), paths)

    @available
    def place(self, model: str, date_column: str, name: str) -> list[tuple[str, str, int]]:
        """Move the written files of ``name`` to the facts; (date, path, rows) of each."""
        return self._bench.place(model, date_column, name)

    @available
    def told(self, table: str, sql: str) -> None:
        """Add the rows of a query on the book to a table of `meta` as Spark sees it."""
        self._bench.tell(table, sql)


def _translated(sql: str) -> str:
    return translate(sql, lambda table: session.running().table(table).columns)


def _said(error: Exception) -> str:
    """What Spark says, without the plan and the stack."""
    return str(error).split("\n\nJVM stacktrace")[0].split("\n\tat ")[0].split(";\n")[0]


Plugin = AdapterPlugin(
    adapter=SpanLedgerSparkAdapter,
    credentials=Credentials,
    include_path=str(Path(__file__).parent),
    dependencies=["spark"],
    project_name="dbt_spanledger_spark",
)


def register() -> None:
    """Make dbt find the adapter, which is no package of its own."""
    sys.modules[f"dbt.adapters.{NAME}"] = sys.modules[__name__]
