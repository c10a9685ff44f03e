"""What a build has to know of the business file, and whether it changed since the build before."""

import csv
import hashlib
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from spanledger.texts import read_rules_text
from transforms.columns import MONEY
from transforms.decisions.business_file import Business, read_business
from transforms.yaml_lines import ConfigError

SQL = Path(__file__).parents[1] / "sql"
SCHEMA = pa.schema(
    [
        ("month", pa.date32()),
        *((name, pa.string()) for name in ("organization", "environment", "scope_kind", "scope")),
        *((name, MONEY) for name in ("revenue_usd", "other_cost_usd")),
        *((name, pa.int64()) for name in ("requests", "active_users")),
    ]
)


@dataclass(frozen=True)
class BusinessPlan:
    """The lines of the file, none where no file is named."""

    lines: tuple[Business, ...]
    is_changed: bool  # they are not the previous build's

    @property
    def digest(self) -> str:
        """Of all that the lines say."""
        said = json.dumps([asdict(line) for line in self.lines], default=str, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def plan(path: Path | None, previous: Path | None) -> BusinessPlan:
    """Compare the file with that of the build ``previous``. Raises ConfigError, OSError, duckdb.Error."""
    lines = tuple(read(path)) if path else ()
    before = _before(previous) if previous else None
    return BusinessPlan(lines, is_changed=before is not None and before != BusinessPlan(lines, is_changed=False).digest)


def read(path: Path) -> list[Business]:
    """The lines of a CSV or Parquet file. Raises ConfigError naming file, line and column."""
    if path.suffix != ".parquet":
        return read_business(read_rules_text(path, "the business file"), str(path))
    try:
        return read_business(_as_csv(pq.read_table(path)), str(path))
    except (OSError, pa.ArrowException) as error:
        raise ConfigError(f"{path}: the business file cannot be read: {error}") from error


def _as_csv(rows: pa.Table) -> str:
    """Parquet's rows as the CSV that would say the same: row n stands in line n + 1."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(rows.column_names)
    writer.writerows(["" if value is None else value for value in row.values()] for row in rows.to_pylist())
    return text.getvalue()


def _before(warehouse: Path) -> str | None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select digest from meta.business_book").fetchall()
    return str(rows[0][0]) if rows else None


def open_business(connection: duckdb.DuckDBPyConnection, work: BusinessPlan) -> None:
    """`meta.business` and the digest of what it says."""
    connection.execute((SQL / "business.sql").read_text())
    connection.execute("insert into meta.business_book values (?)", [work.digest])
    connection.register("incoming", pa.Table.from_pylist([asdict(line) for line in work.lines], schema=SCHEMA))
    connection.execute("insert into meta.business by name select * from incoming")
    connection.unregister("incoming")
