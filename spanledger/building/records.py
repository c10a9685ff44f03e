"""What must outlive builds: `records/restatements/`, append-only Parquet of every published figure that changed.

Each build that changes what an earlier one published of a call or task writes one file, aside before it is published
and settled after: so a file is there exactly when its build was published, whatever dies in between.
"""

from pathlib import Path

import duckdb

from collector.files import make_folder, sync_folder
from spanledger.published.builds import Builds

RESTATEMENTS = Path("records") / "restatements"
ROWS_OF_THIS_BUILD = (
    "select 'cost' as figure, * from facts.int_restatements "
    "union all by name select 'outcome' as figure, * from facts.int_outcome_restatements"
)


def set_aside(connection: duckdb.DuckDBPyConnection, data: Path, build_id: str) -> None:
    """Write what the finished build changes under a hidden name; nothing where it changes nothing."""
    row = connection.execute(f"select count(*) from ({ROWS_OF_THIS_BUILD})").fetchone()
    if row and row[0]:
        folder = data / RESTATEMENTS
        make_folder(folder)
        path = folder / f".{build_id}.parquet"
        connection.execute(f"copy ({ROWS_OF_THIS_BUILD}) to '{path}' (format parquet, compression zstd)")


def settle(data: Path, builds: Builds) -> None:
    """Give the file of a published build its name, and remove those of builds that never were."""
    hidden = list((data / RESTATEMENTS).glob(".*.parquet"))
    for path in hidden:
        build_id = path.name.removeprefix(".").removesuffix(".parquet")
        if builds.warehouse(build_id).exists():
            path.rename(path.with_name(f"{build_id}.parquet"))
        else:
            path.unlink()
    if hidden:
        sync_folder(data / RESTATEMENTS)


def open_restatements(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """`meta.restatements`: what all builds before this one restated."""
    paths = [str(path) for path in sorted((data / RESTATEMENTS).absolute().glob("[!.]*.parquet"))]
    if paths:
        rows = f"from read_parquet({paths}, union_by_name = true)"
        connection.execute(f"insert into meta.restatements by name {rows}")
        connection.execute(
            "update meta.restatements set figure = 'cost' where figure is null"
        )  # before outcomes had any
