"""Requests that were acknowledged but cannot be read: kept as they came, with the reason beside them.

    <segment>.<number>.bin          a request of the log: its body as it was stored
    <segment>.damage<number>.bin    bytes of a segment that are no request
    <segment>.segment0.bin          a whole segment

and beside each a `.json` that says the rest (`Reason`). The name without its ending is the item's id.
"""

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

from collector.files import make_folder, sync_folder, write_atomically, write_json

DAMAGE, SEGMENT = "damage", "segment"


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why something is in quarantine. ``received_at_ns`` is None for bytes that are no single request."""

    segment: str
    number: int  # which record of the segment, from 0; damaged places are counted on their own
    reason: str
    received_at_ns: int | None = None
    organization: str | None = None
    signal: str = "span"  # span | log | metric | outcome: what kind of request it is
    items: int | None = None  # how many were acknowledged with it, where that is known


@dataclasses.dataclass(frozen=True)
class Item:
    """One thing in quarantine: its id, where its bytes are, and what is said of it."""

    id: str
    path: Path
    said: Reason

    @property
    def is_request(self) -> bool:
        """Whether its bytes are the body of one request, else bytes of the log."""
        return self.said.received_at_ns is not None

    @property
    def is_part(self) -> bool:
        """Whether it is a place in a segment whose rest could be read."""
        return self.id.startswith(f"{self.said.segment}.{DAMAGE}")

    def say(self, reason: str) -> None:
        """Replace the reason."""
        said = dataclasses.replace(self.said, reason=reason)
        write_json(self.path.with_suffix(".json"), dataclasses.asdict(said), is_durable=True)

    def remove(self) -> None:
        """Take it out. Its bytes go first: what has bytes is an item, and always has its reason beside it."""
        self.path.unlink()
        self.path.with_suffix(".json").unlink(missing_ok=True)
        sync_folder(self.path.parent)


def set_aside(folder: Path, reason: Reason, content: bytes, *, label: str = "") -> Path:
    """Write ``<segment>.<label><number>.bin`` and ``.json`` durably. The same call again changes nothing."""
    make_folder(folder)
    path = path_of(folder, reason.segment, reason.number, label)
    write_json(path.with_suffix(".json"), dataclasses.asdict(reason), is_durable=True)
    write_atomically(path, content, mode=0o600)
    return path


def path_of(folder: Path, segment: str, number: int, label: str = "") -> Path:
    """Where the bytes of an item are."""
    return folder / f"{segment}.{label}{number}.bin"


def items(folder: Path) -> Iterator[Item]:
    """Everything in quarantine, in order of ids. Raises ValueError naming a `.json` that is broken."""
    for path in sorted(folder.glob("[!.]*.bin")):
        yield Item(path.stem, path, _said(path))


def _said(path: Path) -> Reason:
    beside = path.with_suffix(".json")
    if not beside.exists():  # somebody removed it
        return Reason(path.stem.partition(".")[0], 0, "not said")
    try:
        values = json.loads(beside.read_text())
        known = {field.name for field in dataclasses.fields(Reason)}
        defaults = {"segment": path.stem.partition(".")[0], "number": 0}
        return Reason(**{**defaults, **{name: value for name, value in values.items() if name in known}})
    except (ValueError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{beside} does not say why {path.name} is in quarantine ({error}); repair or remove it"
        ) from error
