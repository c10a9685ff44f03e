"""One file of the lake: Parquet that says which log segments it holds, and how often each was rewritten."""

import dataclasses
import functools
import json
from collections.abc import Iterable
from pathlib import Path, PurePath

import pyarrow as pa
import pyarrow.parquet as pq

from transforms.columns import SCHEMA

TREES = ("spans", "logs")
SEGMENTS_KEY = b"spanledger.segments"
GENERATIONS_KEY = b"spanledger.generations"
ROW_GROUP_ROWS = 131_072

_UNIQUE = ("span_id", "parent_span_id", "trace_id", "response_id", "previous_response_id", "input_hash", "output_hash")
_TIMES = ("received_at_ns", "start_time_unix_nano", "end_time_unix_nano")
# A dictionary of values that hardly repeat costs time and saves nothing; times are near each other: small deltas.
_ENCODINGS = dict.fromkeys(_TIMES, "DELTA_BINARY_PACKED")
_DICTIONARY = [
    name if not pa.types.is_map(SCHEMA.field(name).type) else f"{name}.key_value.{part}"
    for name in SCHEMA.names
    if name not in (*_UNIQUE, *_TIMES)
    for part in (("key", "value") if pa.types.is_map(SCHEMA.field(name).type) else ("",))
]


class LakeError(RuntimeError):
    """The lake holds something it cannot hold by construction; names the files."""


@dataclasses.dataclass(frozen=True)
class LakeFile:
    """One file of the lake: which log segments it holds, how many spans, and how often each segment was rewritten."""

    path: PurePath
    segments: tuple[str, ...]
    rows: int
    generations: tuple[int, ...] = ()  # as many as segments; none stands for zeros
    appeared_at: float = dataclasses.field(default=0.0, compare=False)  # seconds since 1970

    @property
    def generation(self) -> int:
        """The highest of its segments'."""
        return max(self.generations, default=0)

    @property
    def rank(self) -> tuple[int, int]:
        """Of two that hold one segment the higher counts."""
        return self.generation, len(self.segments)


def by_rank(files: Iterable[LakeFile]) -> list[LakeFile]:
    """In the order in which to remove them: what a removed file had replaced must not come back to life."""
    return sorted(files, key=lambda file: file.rank)


def open_writer(path: Path, segments: tuple[str, ...], generations: tuple[int, ...] = ()) -> pq.ParquetWriter:
    """A Parquet writer for a lake file, with the encodings that suit the columns."""
    metadata = {SEGMENTS_KEY: json.dumps(segments).encode()}
    if any(generations):
        metadata[GENERATIONS_KEY] = json.dumps(generations).encode()
    return pq.ParquetWriter(
        path,
        SCHEMA.with_metadata(metadata),
        compression="zstd",
        compression_level=1,
        use_dictionary=_DICTIONARY,
        column_encoding=_ENCODINGS,
    )


def read_file(path: Path) -> LakeFile:
    """What a lake file on disk says about itself. Raises LakeError when it says nothing or cannot be read."""
    return _read_file(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=65_536)
def _read_file(path: Path, mtime_ns: int) -> LakeFile:
    try:
        metadata = pq.read_metadata(path)
    except pa.ArrowInvalid as damage:
        raise LakeError(f"{path} cannot be read; restore it from a backup ({damage})") from damage
    return said_by(metadata, path, mtime_ns / 1e9)


def said_by(metadata: pq.FileMetaData, path: PurePath, appeared_at: float) -> LakeFile:
    """What the footer of a lake file says. Raises LakeError where it does not say its segments."""
    text = (metadata.metadata or {}).get(SEGMENTS_KEY)
    if text is None:
        raise LakeError(f"{path} does not say which log segments it holds; it was not written by SpanLedger")
    generations = json.loads(metadata.metadata.get(GENERATIONS_KEY, b"[]"))
    return LakeFile(path, tuple(json.loads(text)), metadata.num_rows, tuple(generations), appeared_at)
