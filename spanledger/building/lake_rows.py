"""The rows of the lake that a build is to read, as files of this machine.

Of an object store DuckDB reads the new rows once, over HTTP, into a file beside the working database; the models read
that one. So what opens the store is known to one connection, in memory, while it copies: not to dbt, not to the
published build, not to those who ask it. DuckDB's extension for HTTP is a package of its own, never fetched by DuckDB.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pyarrow as pa

from collector.store.lake_file import LakeFile
from collector.store.lake_store import StoreError, StoreSetupError
from collector.store.object_access import Access, access
from spanledger.published.build_limits import Limits

NAME = "arrived.parquet"
PACKAGE, EXTENSION = "duckdb_extension_httpfs", "httpfs.duckdb_extension"
SQL = Path(__file__).resolve().parent.parent / "sql"


def on_disk(files: Sequence[LakeFile], segments: Sequence[str], work: Path, limits: Limits) -> list[Path]:
    """Files here that hold at least the rows of ``segments`` in ``files``. Raises StoreError, duckdb.Error."""
    here = [file.path for file in files if isinstance(file.path, Path)]
    if len(here) == len(files):
        return here
    fetched = work / NAME
    with _reader(access(), work, limits) as connection:
        connection.register("wanted", pa.table({"segment": pa.array(segments, pa.string())}))
        try:
            rows = connection.sql(
                (SQL / "arrived.sql").read_text(), params={"files": [str(file.path) for file in files]}
            )
            rows.write_parquet(str(fetched), compression="zstd")
        except (duckdb.HTTPException, duckdb.IOException) as error:
            raise StoreError(f"the lake cannot be read from the object store; it is tried again: {error}") from error
    return [fetched]


def _reader(by: Access, scratch: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A connection that can read the store. Raises StoreSetupError where DuckDB's extension is not installed."""
    config = {"autoinstall_known_extensions": "false", "temp_directory": str(scratch), "threads": str(limits.threads)}
    connection = duckdb.connect(config={**config, "memory_limit": f"{limits.memory_bytes}B"})
    connection.execute(f"load '{_extension()}'")
    said = {
        "key": by.key,
        "secret": by.secret,
        "token": by.token or "",
        "region": by.region,
        "endpoint": by.host or f"s3.{by.region}.amazonaws.com",
        "style": "path" if by.host else "vhost",
        "is_tls": not by.is_plain,
    }
    connection.execute((SQL / "object_store_secret.sql").read_text(), said)
    return connection


def _extension() -> Path:
    found = find_spec(PACKAGE)
    folder = Path(found.origin).parent if found and found.origin else None
    path = folder / "extensions" / f"v{duckdb.__version__}" / EXTENSION if folder else None
    if path is None or not path.exists():
        raise StoreSetupError(
            "SPANLEDGER_LAKE is in an object store, which DuckDB reads with an extension: install spanledger[s3], "
            f"which brings duckdb-extension-httpfs of DuckDB's version, {duckdb.__version__}"
        )
    return path
