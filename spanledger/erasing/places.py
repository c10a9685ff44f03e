"""Every file of an installation, what kind it is, and how often it names a user.

A kind says how a file is read and who makes it anew: the lake and the quarantine are the collector's, records and facts
are Parquet, `budget/` has checksums by line, builds are databases that are made again, `dbt/` holds caches that may go.
Everything else is text, or bytes that nobody can change.
"""

import enum
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path, PurePath

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collector.budget.journal_files import JOURNAL, SNAPSHOT, with_replaced
from collector.store.erasing import erased_item
from collector.store.lake_store import LOCAL, store_of
from collector.wal import quarantine
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX
from transforms.erasure import Subject
from transforms.erasure_rows import erased

BATCH_ROWS = 65_536
_CHUNK, _OVERLAP = 16 * 1024**2, 4096


class Kind(enum.Enum):
    """What a file is; the value is its word in proofs."""

    LAKE = "lake"
    LOG = "log"
    QUARANTINE = "quarantine"
    RECORDS = "records"
    FACTS = "facts"
    BUILD = "builds"
    JOURNAL = "budget"
    CACHE = "caches"
    TEXT = "other files"


TABLES = (Kind.LAKE, Kind.RECORDS, Kind.FACTS)


def files_of(data: Path, lake: PurePath) -> list[tuple[PurePath, Kind]]:
    """Every file of the data directory and the lake, links left out."""
    roots = (data, lake) if isinstance(lake, Path) else (data,)
    paths = {path for root in roots for path in root.rglob("*") if path.is_file() and not path.is_symlink()}
    objects = [] if isinstance(lake, Path) else sorted(store_of(lake, data).sizes(lake))
    return [(path, kind_of(path, data, lake)) for path in [*sorted(paths), *objects]]


def here(path: PurePath, lake: PurePath, data: Path) -> AbstractContextManager[Path]:
    """One of them to be read on this machine."""
    return (LOCAL if isinstance(path, Path) else store_of(lake, data)).here(path)


def kind_of(path: PurePath, data: Path, lake: PurePath) -> Kind:
    """What the file at ``path`` is."""
    if path.suffix == ".parquet":
        if path.is_relative_to(lake):
            return Kind.LAKE
        return Kind.FACTS if path.is_relative_to(data / "facts") else Kind.RECORDS
    if path.is_relative_to(data / "builds") and ".duckdb" in path.name:
        return Kind.BUILD
    if path.is_relative_to(data / "dbt"):
        return Kind.CACHE
    if path.parent == data / "budget" and path.suffix in (JOURNAL, SNAPSHOT):
        return Kind.JOURNAL
    if path.parent == data / "log" / "quarantine" and path.suffix == ".bin":
        return Kind.QUARANTINE
    if path.parent == data / "log" and path.suffix in (SEALED_SUFFIX, OPEN_SUFFIX):
        return Kind.LOG
    return Kind.TEXT


def tables_of(path: Path) -> Iterator[pa.Table]:
    """The rows of a Parquet file, piece by piece."""
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            yield pa.Table.from_batches([batch])


def rows_naming(path: Path, kind: Kind, subject: Subject) -> int:
    """How many rows (lines, items, files) of ``path`` name the user, read as what it is."""
    if kind in TABLES:
        return sum(int(erased(table, subject).changed.sum()) for table in tables_of(path))
    if kind is Kind.BUILD:
        return _rows_of_build(path, subject)
    return int(cleaned(path, kind, subject) != path.read_bytes())


def words_naming(path: Path, kind: Kind, subject: Subject) -> set[str]:
    """Columns of ours in a Parquet file in which the id is a word that names no user."""
    if kind not in TABLES:
        return set()
    return {name for table in tables_of(path) for name in erased(table, subject).in_vocabulary}


def cleaned(path: Path, kind: Kind, subject: Subject) -> bytes:
    """The bytes of a file that is no table, without the user."""
    content = path.read_bytes()
    if kind is Kind.QUARANTINE:
        [item] = [one for one in quarantine.items(path.parent) if one.path == path]
        return erased_item(item, content, subject)
    if kind is Kind.JOURNAL:
        return with_replaced(content, subject.replaced)
    try:
        return subject.replaced(content.decode()).encode()
    except UnicodeDecodeError:
        return subject.masked(content) if kind is Kind.LOG else content


def stands_in_bytes(path: Path, kind: Kind, subject: Subject) -> bool:
    """Whether the plain bytes of ``path`` hold the user's id.

    Not where rows explain it that stay: of another organization, or of another user whose id holds this one, of which
    compression may leave a part."""
    if kind is Kind.QUARANTINE or not _in_chunks(path, subject):
        return False
    everybody = replace(subject, organization=None, others=())
    return not (kind in (*TABLES, Kind.BUILD) and rows_naming(path, kind, everybody))


def _in_chunks(path: Path, subject: Subject) -> bool:
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if subject.stands_in(rest + chunk):
                return True
            rest = chunk[-_OVERLAP:]
    return False


def _rows_of_build(path: Path, subject: Subject) -> int:
    if path.suffix != ".duckdb":
        return 0
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() "
            "where not internal and database_name = current_database()"
        ).fetchall()
        return sum(_rows_of_table(connection, f'"{schema}"."{name}"', subject) for schema, name in tables)


def _rows_of_table(connection: duckdb.DuckDBPyConnection, table: str, subject: Subject) -> int:
    described = connection.execute(f"describe from {table}").fetchall()
    texts = [name for name, kind, *_ in described if "VARCHAR" in kind]
    if not texts:
        return 0
    needles = {f"needle_{number}": needle for number, needle in enumerate(subject.needles)}
    tests = " or ".join(f'contains("{name}"::varchar, ${needle})' for name in texts for needle in needles)
    wanted = ", ".join(f'"{name}"' for name in texts)
    rows = connection.execute(f"select {wanted} from {table} where {tests}", needles).to_arrow_table()
    return int(erased(rows, subject).changed.sum())
