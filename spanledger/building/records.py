"""What must outlive builds: `records/restatements/`, append-only Parquet of every published figure that changed, and
`records/forecasts/`, of every forecast as it was first made.

Each build that changes what an earlier one published of a call or task, or forecasts a new day, writes one file, aside
before it is published and settled after: so a file is there exactly when its build was published, whatever dies.
"""

from datetime import date
from pathlib import Path

import duckdb

from collector.files import make_folder, sync_folder
from spanledger.forecasting.records import FORECASTS
from spanledger.published.builds import Builds

RESTATEMENTS = Path("records") / "restatements"
NAMES = ("call_id", "task_id")
"""What a restatement no longer says once the call or task is no longer kept."""
ROWS_OF_THIS_BUILD = (
    "select 'cost' as figure, * from facts.int_restatements "
    "union all by name select 'outcome' as figure, * from facts.int_outcome_restatements"
)


def set_aside(connection: duckdb.DuckDBPyConnection, data: Path, build_id: str) -> None:
    """Write what the finished build changes under a hidden name; nothing where it changes nothing."""
    _write_aside(connection, data / RESTATEMENTS, build_id, ROWS_OF_THIS_BUILD)


def set_forecasts_aside(connection: duckdb.DuckDBPyConnection, data: Path, build_id: str) -> None:
    """Write the forecasts that are kept of the finished build under a hidden name; nothing where it made none."""
    _write_aside(connection, data / FORECASTS, build_id, "from forecast_news")


def _write_aside(connection: duckdb.DuckDBPyConnection, folder: Path, build_id: str, rows: str) -> None:
    row = connection.execute(f"select count(*) from ({rows})").fetchone()
    if row and row[0]:
        make_folder(folder)
        path = folder / f".{build_id}.parquet"
        connection.execute(f"copy ({rows}) to '{path}' (format parquet, compression zstd)")


def settle(data: Path, builds: Builds) -> None:
    """Give the files of a published build their names, and remove those of builds that never were."""
    for folder in (data / RESTATEMENTS, data / FORECASTS):
        hidden = list(folder.glob(".*.parquet"))
        for path in hidden:
            build_id = path.name.removeprefix(".").removesuffix(".parquet")
            if builds.warehouse(build_id).exists():
                path.rename(path.with_name(f"{build_id}.parquet"))
            else:
                path.unlink()
        if hidden:
            sync_folder(folder)


def open_restatements(connection: duckdb.DuckDBPyConnection, data: Path, calls_from: date | None) -> None:
    """`meta.restatements`: what all builds before this one restated; of days before ``calls_from`` without a name."""
    paths = [str(path) for path in sorted((data / RESTATEMENTS).absolute().glob("[!.]*.parquet"))]
    if paths:
        rows = f"from read_parquet({paths}, union_by_name = true)"
        connection.execute(f"insert into meta.restatements by name {rows}")
        connection.execute(
            "update meta.restatements set figure = 'cost' where figure is null"
        )  # before outcomes had any
    if calls_from:
        connection.execute(
            f"update meta.restatements set {', '.join(f'{name} = null' for name in NAMES)} where date < ?", [calls_from]
        )
