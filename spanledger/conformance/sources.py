"""Requests that are here already: export files, segments of the log, quarantined requests, and traces of a lake."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.door.signals import LOGS, METRICS, SIGNALS, TRACES, Signal
from collector.store.lake import active_files
from collector.wal.segments import OPEN_SUFFIX, SEALED_SUFFIX, read_segment
from spanledger.conformance.folder import BODY, Body
from spanledger.conformance.rebuilding import rebuilt
from spanledger.conformance.writing import Taken

_BY_NUMBER = {signal.number: signal for signal in SIGNALS}
_BY_ROW = {"span": TRACES, "log": LOGS, "metric": METRICS}
_BY_FILE = {None: TRACES, "logs": LOGS, "metrics": METRICS}


class SourceError(ValueError):
    """A place that no requests can be taken from; names it and says what was expected."""


def take(path: Path, traces: Collection[str]) -> Iterator[Taken]:
    """The requests in ``path``. ``traces`` are ids in hex and choose from a lake; they mean nothing elsewhere.

    Raises SourceError, SegmentError, LakeError, FolderError.
    """
    if path.is_dir():
        yield from _from_lake(path, traces)
        return
    read = _readers().get(path.suffix)
    if read is None or not path.is_file():
        kinds = ", ".join(_readers())
        raise SourceError(f"{path}: expected a file that ends in one of {kinds}, or the directory of a lake")
    yield from read(path)


def _readers() -> Mapping[str, Callable[[Path], Iterator[Taken]]]:
    return {
        ".binpb": _from_file,
        ".json": _from_file,
        SEALED_SUFFIX: _from_segment,
        OPEN_SUFFIX: _from_segment,
        ".bin": _from_quarantine,
    }


def _taken(content: bytes, signal: Signal, origin: str, received_at_ns: int, *, is_json: bool = False) -> Taken:
    body = Body(origin, signal, is_json, content)
    body.message()  # what nobody can read is no recording
    return Taken(body, origin.partition(" ")[0], received_at_ns, {}, {})


def _from_file(path: Path) -> Iterator[Taken]:
    named = BODY.fullmatch(path.name)
    signal = _BY_FILE[named[2]] if named else TRACES
    arrived = path.stat().st_mtime_ns
    yield _taken(path.read_bytes(), signal, f"file {path.name}", arrived, is_json=path.suffix == ".json")


def _from_segment(path: Path) -> Iterator[Taken]:
    telemetry = [record for record in read_segment(path).records if record.signal in _BY_NUMBER]
    for record in telemetry:  # outcomes are no part of a recording
        yield _taken(record.body, _BY_NUMBER[record.signal], f"log {path.name}", record.received_at_ns)


def _from_quarantine(path: Path) -> Iterator[Taken]:
    beside = path.with_suffix(".json")
    said = json.loads(beside.read_text()) if beside.exists() else {}
    signal = _BY_ROW.get(said.get("signal", "span"))
    if signal is None:
        raise SourceError(f"{path}: holds {said['signal']}, which no recording does; expected OTLP")
    yield _taken(path.read_bytes(), signal, f"quarantine {path.name}", said.get("received_at_ns") or 0)


def _from_lake(folder: Path, traces: Collection[str]) -> Iterator[Taken]:
    """One request per trace, in order of arrival."""
    lake = folder if (folder / "spans").is_dir() else folder / "lake"
    if not (lake / "spans").is_dir():
        raise SourceError(f"{folder} is no lake: expected a folder spans in it")
    if not traces:
        raise SourceError(f"{folder} is a lake: say which traces with --trace ID")
    for trace in traces:
        wanted = _trace_id(trace)
        rows = [
            row
            for file in active_files(lake)
            for row in _rows(Path(file.path), wanted)
            if row["trace_id"] == wanted and row.get("signal", "span") == "span"
        ]
        if not rows:
            raise SourceError(f"{folder}: the lake has no trace {trace}")
        body = rebuilt(rows, trace)
        yield Taken(body, "lake", min(int(row["received_at_ns"]) for row in rows), {}, {})


def _trace_id(text: str) -> bytes:
    try:
        trace_id = bytes.fromhex(text)
    except ValueError:
        trace_id = b""
    if len(trace_id) != 16:
        raise SourceError(f"--trace {text}: expected 32 hex digits")
    return trace_id


def _rows(path: Path, trace_id: bytes) -> list[dict[str, Any]]:
    table = pq.ParquetFile(path).read()
    rows: list[dict[str, Any]] = table.filter(pc.equal(table["trace_id"], trace_id)).to_pylist()
    return rows
