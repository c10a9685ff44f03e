"""What is known of erasures, in `records/erasures/`: a receipt for each that came to its end, a journal for another.

Neither names the user: `subject` is a keyed digest (`transforms.erasure.subject_digest`), which the installation's own
key makes from an id or its pseudonym, so that a receipt can be found for an id and not an id from a receipt. The name
that took the user's place stands in the journal alone, which goes when the receipt is written.
"""

import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePath
from typing import Any

from collector.files import make_folder, sync_folder, write_json
from collector.store.erasing import Change

FOLDER = Path("records") / "erasures"


@dataclass
class Journal:
    """Every change of an erasure, written down before it is made; what an earlier run of the same one did is in it."""

    path: Path
    data: Path
    begun: dict[str, Any]
    changes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def before(self, change: Change) -> None:
        """Write down ``change`` durably; said again by a later run, the last word holds."""
        said = {
            "path": self._relative(change.old),
            "now": change.new and self._relative(change.new),
            "rows_without_the_user": change.rows,
            "rows_removed": change.dropped,
            "sha256_before": change.sha256_before,
            "sha256_after": change.sha256_after,
        }
        _append(self.path, said)
        self._note(said)

    def finish(self, said: dict[str, Any]) -> Path:
        """Write the receipt, and forget the journal."""
        receipt = self.path.parent / f"{self.begun['receipt']}.json"
        hidden = {name: value for name, value in self.begun.items() if name != "alias"}
        write_json(receipt, {**hidden, **said, "changes": list(self.changes.values())}, is_durable=True)
        self.path.unlink()
        sync_folder(self.path.parent)
        return receipt

    def _note(self, said: dict[str, Any]) -> None:
        before = self.changes.get(said["path"])
        if before is not None and before["sha256_after"] == said["sha256_before"]:
            said = {**said, "sha256_before": before["sha256_before"]}  # changed twice: by a run that died, and again
        self.changes[said["path"]] = said

    def _relative(self, path: PurePath) -> str:
        return str(path.relative_to(self.data) if path.is_relative_to(self.data) else path)


def journal_of(data: Path, subject: str) -> Journal | None:
    """That of an erasure of ``subject`` that did not come to its end."""
    path = _path(data, subject)
    if not path.exists():
        return None
    lines = list(_lines(path))
    if not lines:  # died before its first line was whole: nothing was changed
        return None
    journal = Journal(path, data, lines[0])
    for said in lines[1:]:
        journal._note(said)
    return journal


def begin(data: Path, subject: str, alias: str, now: datetime, said: dict[str, Any]) -> Journal:
    """A journal with its first line, durably."""
    path = _path(data, subject)
    make_folder(path.parent)
    path.unlink(missing_ok=True)
    receipt = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    begun = {"receipt": receipt, "subject": subject, "started_at": now.isoformat(), "alias": alias, **said}
    _append(path, begun)
    sync_folder(path.parent)
    return Journal(path, data, begun)


def receipts_of(data: Path, subject: str) -> list[dict[str, Any]]:
    """Those of ``subject``, the oldest first."""
    found = [json.loads(path.read_text()) for path in sorted((data / FOLDER).glob("[!.]*.json"))]
    return [said for said in found if said["subject"] == subject]


def organizations(data: Path) -> set[str]:
    """Those whose users were erased, or are being."""
    said = [_lines(path)[:1] for path in (data / FOLDER).glob(".*.journal")]
    said += [[json.loads(path.read_text())] for path in (data / FOLDER).glob("[!.]*.json")]
    return {one["organization"] for lines in said for one in lines}


def is_known(data: Path, subject: str) -> bool:
    """Whether ``subject`` was erased, or is being."""
    return _path(data, subject).exists() or bool(receipts_of(data, subject))


def _path(data: Path, subject: str) -> Path:
    return data / FOLDER / f".{subject[:24]}.journal"


def _append(path: Path, said: dict[str, Any]) -> None:
    with path.open("ab") as file:
        file.write(json.dumps(said, sort_keys=True).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> list[dict[str, Any]]:
    """Whole lines; one that a crash cut short speaks of a change that was not made."""
    found = []
    for line in path.read_bytes().splitlines(keepends=True):
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found
