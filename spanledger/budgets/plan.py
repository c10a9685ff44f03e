"""What a build has to know of budgets: those that hold, and whether anything about them changed since."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from spanledger.budgets.history import KnownRows
from spanledger.budgets.reading import read_book, with_annotations
from spanledger.budgets.reservations import outstanding
from transforms.budgets.book import BudgetBook
from transforms.budgets.tables import BUDGET_SCHEMA, OVERRIDE_SCHEMA, budget_table, override_table

SQL = Path(__file__).parents[1] / "sql"


@dataclass(frozen=True)
class BudgetPlan:
    """The budgets' part of a plan."""

    book: BudgetBook
    is_changed: bool  # they are not the previous build's
    has_turned: bool  # a window began, or a limit came into force or ended, since the previous build

    @property
    def is_needed(self) -> bool:
        """Whether a build would differ from the one before."""
        return self.is_changed or self.has_turned


def plan(data: Path, path: Path | None, previous: Path | None, now: datetime) -> BudgetPlan:
    """Compare the budgets with those of the build ``previous``. Raises ConfigError, OSError, duckdb.Error."""
    book = with_annotations(read_book(path), data)
    digest, made_at = _before(previous) if previous else (None, None)
    return BudgetPlan(
        book,
        is_changed=digest is not None and digest != book.digest,
        has_turned=made_at is not None and book.has_turned(made_at, now),
    )


def _before(warehouse: Path) -> tuple[str | None, datetime | None]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute("select digest, made_at from meta.budget_book").to_arrow_table().to_pylist()
    return (rows[0]["digest"], rows[0]["made_at"]) if rows else (None, None)


def open_budgets(
    connection: duckdb.DuckDBPyConnection, work: BudgetPlan, data: Path, made_at: datetime, *, is_carried: bool
) -> None:
    """`meta.budgets` and `meta.budget_overrides`, every version ever known; scopes the previous build did not count."""
    connection.execute((SQL / "budgets.sql").read_text())
    connection.execute("insert into meta.budget_book (digest, made_at) values (?, ?)", [work.book.digest, made_at])
    records = data / "records"
    for name, schema, rows in (
        ("budgets", BUDGET_SCHEMA, budget_table(work.book)),
        ("budget_overrides", OVERRIDE_SCHEMA, override_table(work.book)),
    ):
        _insert(connection, f"meta.{name}", KnownRows(records / name, schema).learn(rows, made_at))
    reserved = outstanding(data)
    if reserved is not None:
        _insert(connection, "meta.budget_reservations", reserved)
    connection.execute("update meta.budget_book set has_reservations = ?", [reserved is not None])
    if is_carried:
        connection.execute((SQL / "new_budget_scopes.sql").read_text())


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.register("incoming", rows)
    connection.execute(f"insert into {name} by name select * from incoming")
    connection.unregister("incoming")
