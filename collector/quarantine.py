"""Requests that were acknowledged but cannot be read: kept as they came, with the reason beside them."""

import dataclasses
from pathlib import Path

from collector.files import make_folder, write_atomically, write_json


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why something is in quarantine."""

    segment: str
    number: int  # which record of the segment, from 0; damaged places are counted on their own
    reason: str
    received_at_ns: int | None = None
    organization: str | None = None
    signal: str = "span"  # span | log | metric | outcome: what kind of request it is


def set_aside(folder: Path, reason: Reason, content: bytes, *, label: str = "") -> Path:
    """Write ``<segment>.<label><number>.bin`` and ``.json`` durably. The same call again changes nothing."""
    make_folder(folder)
    path = folder / f"{reason.segment}.{label}{reason.number}.bin"
    write_atomically(path, content, mode=0o600)
    write_json(path.with_suffix(".json"), dataclasses.asdict(reason), is_durable=True)
    return path
