"""What was removed by age, provably: `records/retention/`, append-only, a file for each day of a tree that went, and
in `calls/` one for each time that calls went (`calls_tier`).

It is written under a hidden name, with the names of the files that are to go, before the first of them does, and takes
its place when the last has gone. So whatever dies in between, `finish` removes what is left of them and no file else:
one that landed meanwhile has another name, and stays.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from collector.files import aside, make_folder, publish, sync_folder
from collector.store.lake_store import LakeStore
from spanledger.keeping import expired_spans

LATE = pa.list_(pa.struct([("organization", pa.string()), ("date", pa.date32()), ("spans", pa.int64())]))
SCHEMA = pa.schema(
    [
        ("at", pa.timestamp("us", tz="UTC")),
        ("keep_spans_days", pa.int64()),
        ("tree", pa.string()),
        ("ingest_date", pa.date32()),
        ("files", pa.int64()),
        ("spans", pa.int64()),
        ("bytes", pa.int64()),
        ("digest", pa.string()),  # SHA-256 over a line "path bytes" for each of paths, in order
        ("paths", pa.list_(pa.string())),  # relative to the lake
        ("segments", pa.list_(pa.string())),
        ("kept_file", pa.string()),  # in records/expired_spans
        ("build_id", pa.string()),  # the published build that holds its figures
        ("late", LATE),  # of the spans, those that came for closed days: in no figure
        # from here on of calls (`calls_tier`): `tree` is calls, `spans` what is left of closed days
        ("keep_calls_months", pa.int64()),
        ("calls_from", pa.date32()),
        ("gone_calls", pa.int64()),  # `digest`: SHA-256 over a line "organization/call_id" for each, in order
        ("gone_outcomes", pa.int64()),
        ("closed", pa.list_(pa.struct([("file", pa.string()), ("rows", pa.int64()), ("sha256", pa.string())]))),
    ]
)


def begin(data: Path, lake: PurePath, sizes: Mapping[PurePath, int], said: Mapping[str, Any]) -> Path:
    """Write down, durably, that the files of ``sizes`` are to go, and what else is ``said`` of them; where."""
    names = {str(path.relative_to(lake)): sizes[path] for path in sorted(sizes)}
    lines = "".join(f"{name} {size}\n" for name, size in names.items())
    row = {
        **said,
        "files": len(names),
        "bytes": sum(names.values()),
        "digest": hashlib.sha256(lines.encode()).hexdigest(),
        "paths": list(names),
    }
    folder = folder_of(data)
    make_folder(folder)
    begun = folder / f".{row['at']:%Y%m%dT%H%M%S%fZ}-{row['ingest_date']}-{row['tree']}.parquet"
    pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), aside(begun))
    publish(begun)
    return begun


def unfinished(data: Path) -> list[Path]:
    """What a run that died had begun, in order; what it had only half written is forgotten."""
    for folder in (folder_of(data), expired_spans.folder_of(data)):
        for left in folder.glob(".*.tmp"):
            left.unlink()
    return sorted(folder_of(data).glob(".*.parquet"))


def write(path: Path, row: Mapping[str, Any]) -> None:
    """A proof of what has gone already, durably."""
    make_folder(path.parent)
    pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), aside(path))
    publish(path)


def finish(begun: Path, lake: PurePath, store: LakeStore) -> None:
    """Remove what is there of the files that ``begun`` names, then say that they have gone. Raises LakeError,
    OSError."""
    [row] = pq.ParquetFile(begun).read().to_pylist()
    day = lake / row["tree"] / f"ingest_date={row['ingest_date']}"
    named = {lake / name for name in row["paths"]}
    left = [path for path in store.sizes(day) if path in named]
    store.remove(store.read(left))
    store.drop_empty(day)
    begun.rename(begun.with_name(begun.name.removeprefix(".")))
    sync_folder(begun.parent)


def folder_of(data: Path) -> Path:
    """Where the proofs of one data directory are."""
    return data / "records" / "retention"
