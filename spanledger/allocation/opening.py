"""What a build reads of the allocation file, and the days that it attributes again."""

from pathlib import Path

import duckdb
import pyarrow as pa

from spanledger.allocation.reading import Allocation
from transforms.allocation import tables
from transforms.allocation.usage import usage_table

REALLOCATED = (Path(__file__).parent.parent / "sql" / "reallocated.sql").read_text()
FIRST = (Path(__file__).parent.parent / "sql" / "allocated_first.sql").read_text()


def open_allocation(connection: duckdb.DuckDBPyConnection, allocation: Allocation, *, carried: bool) -> None:
    """The tables of `meta` that attribution reads. With ``carried`` there is a previous build to compare with; else all
    days of charges are attributed anew, as all days of calls are."""
    filled: dict[str, pa.Table] = {
        "owner_rules": tables.owner_rules(allocation.rules),
        "shared_rules": tables.shared_rules(allocation.rules, allocation.metrics),
        "owner_sets": tables.owner_sets(allocation.rules),
        "owner_separators": tables.separators(allocation.rules),
        "usage_metrics": usage_table(allocation.usage),
    }
    for name, rows in filled.items():
        connection.register("incoming", rows)
        connection.execute(f"insert into meta.{name} by name select * from incoming")
        connection.unregister("incoming")
    connection.execute(REALLOCATED if carried else FIRST)
