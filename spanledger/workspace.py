"""Prepares the database that dbt works in: what arrived since the last build, prices, names, and what to carry over."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from collector.lake import LakeFile, active_files
from transforms import model_names, price_overrides, prices
from transforms.columns import SCHEMA
from transforms.model_names import ModelNames

PROJECT = Path(__file__).resolve().parent.parent / "dbt_project"
SQL = Path(__file__).resolve().parent / "sql"
NAMES_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("provider", "model_name", "price_provider", "price_model", "rule")]
)


@dataclass(frozen=True)
class Plan:
    """What a build has to read."""

    previous: Path | None  # the build to carry on from; None makes everything anew
    files: Sequence[LakeFile]  # files with at least one segment not in the previous build
    segments: Sequence[str]  # those segments
    fingerprint: str
    lake_files: int
    lake_rows: int

    @property
    def is_needed(self) -> bool:
        """Whether a build would differ from the previous one."""
        return self.previous is None or bool(self.segments)


def plan(lake: Path, facts: Path, published: Path | None, prices_file: Path | None, *, full_refresh: bool) -> Plan:
    """Compare the lake with what the published build has consumed.

    Everything is made anew when asked for, when there is no build, when part of the lake was rewritten, or when the
    models, prices, versions or the place of the facts changed (views name files by their whole path).
    """
    files = active_files(lake)
    fingerprint = _fingerprint(facts, prices_file, files)
    carried = None if full_refresh or published is None or _fingerprint_of(published) != fingerprint else published
    consumed = _consumed(carried) if carried else set()
    fresh = [file for file in files if not consumed.issuperset(file.segments)]
    segments = sorted({segment for file in fresh for segment in file.segments} - consumed)
    return Plan(carried, fresh, segments, fingerprint, len(files), sum(file.rows for file in files))


def _fingerprint(facts: Path, prices_file: Path | None, files: Sequence[LakeFile]) -> str:
    digest = hashlib.sha256(str(facts).encode())
    models = [path for path in PROJECT.rglob("*") if path.suffix in {".sql", ".yml"} and "target" not in path.parts]
    modules = [Path(module.__file__ or "") for module in (prices, price_overrides, model_names)]
    for path in [*sorted(models), *sorted(SQL.glob("*.sql")), *modules]:
        digest.update(path.name.encode() + path.read_bytes())
    for package in ("duckdb", "genai-prices"):
        digest.update(metadata.version(package).encode())
    digest.update(prices_file.read_bytes() if prices_file else b"")
    rewritten = [pair for file in files for pair in zip(file.segments, file.generations, strict=False) if pair[1]]
    digest.update(json.dumps(sorted(rewritten)).encode() if rewritten else b"")
    return digest.hexdigest()


def _fingerprint_of(warehouse: Path) -> str | None:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        row = connection.execute("select fingerprint from meta.build").fetchone()
    return row[0] if row else None


def _consumed(warehouse: Path) -> set[str]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return {segment for (segment,) in connection.execute("select segment from meta.segments").fetchall()}


def prepare(warehouse: Path, build_id: str, work: Plan, prices_file: Path | None) -> None:
    """Create the working database with schemas `meta` and `lake`."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute((SQL / "meta.sql").read_text())
        connection.execute("insert into meta.build (build_id, fingerprint) values (?, ?)", [build_id, work.fingerprint])
        if work.previous:
            connection.execute(f"attach '{work.previous}' as previous (read_only)")
            connection.execute((SQL / "carry_over.sql").read_text())
        _insert(connection, "meta.segments", pa.table({"segment": pa.array(work.segments, pa.string())}))
        _insert(connection, "meta.new_segments", pa.table({"segment": pa.array(work.segments, pa.string())}))
        _open_lake(connection, work.files)
        overrides = _overrides(prices_file)
        _insert(connection, "meta.prices", prices.table(price_overrides.combine(prices.package_rates(), overrides)))
        _resolve_names(connection, overrides)


def _open_lake(connection: duckdb.DuckDBPyConnection, files: Sequence[LakeFile]) -> None:
    """`lake.spans`: the rows of the new segments; a merged file may hold old ones beside them."""
    connection.execute("create schema lake")
    connection.register("empty", SCHEMA.empty_table())
    connection.execute("create table lake.columns as from empty")
    connection.unregister("empty")
    if files:
        # a file of an older version may lack columns of today: the typed empty table brings them, as nulls
        paths = json.dumps([str(file.path) for file in files]).replace('"', "'")
        source = f"from read_parquet({paths}, hive_partitioning = false, union_by_name = true)"
        arrived = f"{source} where segment in (select segment from meta.new_segments)"
        connection.execute(f"create view lake.spans as from lake.columns union all by name {arrived}")
    else:
        connection.execute("create view lake.spans as from lake.columns")


def damaged(files: Sequence[LakeFile]) -> list[Path]:
    """Those of ``files`` whose rows cannot be read; reads all of them, so ask only when something failed."""
    return [file.path for file in files if not _is_whole(file.path)]


def _is_whole(path: Path) -> bool:
    try:
        with pq.ParquetFile(path) as file:
            for _ in file.iter_batches():
                pass
    except (pa.ArrowException, OSError):
        return False
    return True


def _overrides(prices_file: Path | None) -> list[prices.Rate]:
    return price_overrides.read_overrides(prices_file.read_text(), prices_file.name) if prices_file else []


def _resolve_names(connection: duckdb.DuckDBPyConnection, overrides: Sequence[prices.Rate]) -> None:
    """Add to `meta.model_names` every new pair of provider and model name."""
    names = ModelNames(frozenset((rate.price_provider, rate.price_model) for rate in overrides))
    pairs = connection.execute((SQL / "new_model_names.sql").read_text()).fetchall()
    rows = []
    for provider, name in pairs:
        found = names.resolve(provider, name)
        rows.append(
            {
                "provider": provider,
                "model_name": name,
                "price_provider": found and found.price_provider,
                "price_model": found and found.price_model,
                "rule": found.rule if found else "unpriced",
            }
        )
    _insert(connection, "meta.model_names", pa.Table.from_pylist(rows, schema=NAMES_SCHEMA))


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.register("incoming", rows)
    connection.execute(f"insert into {name} by name select * from incoming")
    connection.unregister("incoming")
