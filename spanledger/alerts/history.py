"""`records/alerts/`: what happened to alerts, append-only Parquet that outlives builds, one file for each look or mute.

Files are only ever added. Many small ones are put together now and then: the whole file appears first, then the parts
go; a record that stands in both for a moment is one, by its id.
"""

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collector.files import aside, make_folder, publish
from transforms.alerts import records
from transforms.alerts.incidents import Ledger, replay
from transforms.alerts.records import Record

FOLDER = Path("records") / "alerts"
UNREADABLE = (OSError, ValueError, pa.ArrowException)
"""Why records may not be readable."""
MOST_FILES = 50
UNSHOWN = "failed"
"""End of the names of files that hold failures alone: no build is made for these."""
SQL = Path(__file__).parent / "sql"


def read(data: Path) -> list[Record]:
    """All records in their order. Raises OSError and pyarrow.ArrowException for a damaged file."""
    return records.read(_rows(data))


def ledger_of(data: Path) -> Ledger:
    """The state of all alerts of a data directory. Raises one of `UNREADABLE`."""
    return replay(read(data.absolute()))


def append(data: Path, said: Sequence[Record]) -> None:
    """Make ``said`` durable; nothing where there is nothing. Raises OSError."""
    if said:
        kind = UNSHOWN if all(record.action == records.FAILED for record in said) else secrets.token_hex(4)
        _write(data / FOLDER, f"{said[0].at:%Y%m%dT%H%M%S%fZ}-{os.getpid()}-{kind}", records.table(said))


def compact(data: Path) -> None:
    """Put the files together where there are many; only who holds the lock of alerts may call this."""
    files = _files(data)
    if len(files) <= MOST_FILES:
        return
    rows = records.table(records.read(_rows(data)))
    path = files[-1].with_name(f"{files[-1].stem}-{len(rows)}.parquet")  # sorts with what it holds
    pq.write_table(rows, aside(path), compression="zstd")
    publish(path)
    for file in files:
        file.unlink()


def digest(data: Path) -> str:
    """Changes with every record but those of failures: a build that was made before does not show them."""
    shown = [file.name for file in _files(data) if not file.stem.endswith(UNSHOWN)]
    return hashlib.sha256("".join(shown).encode()).hexdigest()


def open_alerts(warehouse: Path, data: Path) -> None:
    """`meta.alert_records` in the database of a build: all records, for the models; and the digest of what was read.

    Raises duckdb.Error, OSError and pyarrow.ArrowException."""
    said = digest(data)
    with duckdb.connect(str(warehouse)) as connection:
        connection.register("alert_rows", _rows(data))
        connection.execute((SQL / "open_alerts.sql").read_text())
        connection.unregister("alert_rows")
        connection.execute("insert into meta.alerts_read values (?)", [said])


def is_known(warehouse: Path | None, data: Path) -> bool:
    """Whether the build holds every record; one of an older version that kept none is as good as one without any."""
    if warehouse is None or not _files(data):
        return True
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        asked = "select count(*) from duckdb_tables() where schema_name = 'meta' and table_name = 'alerts_read'"
        if connection.execute(asked).fetchall() == [(0,)]:
            return False
        return connection.execute("from meta.alerts_read").fetchall() == [(digest(data),)]


def _files(data: Path) -> list[Path]:
    return sorted((data / FOLDER).glob("[!.]*.parquet"))


def _rows(data: Path) -> pa.Table:
    tables = [pq.ParquetFile(path).read() for path in _files(data)]
    return pa.concat_tables([records.SCHEMA.empty_table(), *tables], promote_options="default")


def _write(folder: Path, name: str, rows: pa.Table) -> None:
    make_folder(folder)
    path = folder / f"{name}.parquet"
    pq.write_table(rows, aside(path), compression="zstd")
    publish(path)
