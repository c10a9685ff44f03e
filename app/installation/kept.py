"""What builds, settings and the doctor left in `run/`: each file a JSON object, replaced in one step by its writer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from transforms.installation import BUILD_LOG, BUILDER, BUILDS, DOCTOR, FATES, SETTINGS, run_of


class DamagedError(ValueError):
    """A file of `run/` that is no JSON object; the message names it and says what to do."""


@dataclass(frozen=True)
class Looks:
    """The schedule: when it last looked for something new, and why no build came about (None: it did)."""

    at: datetime
    error: str | None


@dataclass(frozen=True)
class Build:
    """One build, or one that did not come about, with its ``error``. Numbers it did not reach are None."""

    at: datetime
    build_id: str | None
    is_full: bool | None
    seconds: float | None
    new_segments: int | None
    lake_rows: int | None
    rows: dict[str, int]
    checks: int | None
    error: str | None
    times: int
    """How often the same failure came about in a row."""


@dataclass(frozen=True)
class Setting:
    """One setting in force: its value in words, where it comes from, what it means."""

    name: str
    value: str
    source: str
    meaning: str


@dataclass(frozen=True)
class Settings:
    """What `spanledger <command>`, process ``pid``, was started with."""

    command: str
    at: datetime
    pid: int
    settings: Sequence[Setting]

    def value(self, name: str) -> str | None:
        """One value in words; None where a version without that setting wrote this."""
        return next((one.value for one in self.settings if one.name == name), None)


@dataclass(frozen=True)
class Finding:
    """What the doctor says of one thing: ``state`` is ok, note or fault."""

    state: str
    subject: str
    detail: str
    cure: str | None


@dataclass(frozen=True)
class Examined:
    """The doctor's findings, when it looked and how long it took."""

    at: datetime
    seconds: float
    findings: Sequence[Finding]


def read(path: Path) -> dict[str, Any] | None:
    """The object in a file; None where there is no such file. Raises DamagedError."""
    try:
        said = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DamagedError(f"{path} cannot be read ({error}): remove it, it is written again") from error
    if not isinstance(said, dict):
        raise DamagedError(f"{path} holds no JSON object: remove it, it is written again")
    return said


def looks(data: Path) -> Looks | None:
    """The schedule's last look; None where none ran. Raises DamagedError."""
    said = read(run_of(data) / BUILDER)
    return None if said is None else Looks(datetime.fromtimestamp(said["looked_at_ns"] / 1e9, UTC), said["error"])


def build_counts(data: Path) -> dict[str, Any]:
    """Counts of all builds, as `run/builds.json` has them; empty before the first. Raises DamagedError."""
    return read(run_of(data) / BUILDS) or {}


def fates(data: Path) -> dict[str, Any]:
    """What became of everything that was landed, as `run/fates.json` has it. Raises DamagedError."""
    return read(run_of(data) / FATES) or {}


def data_format(data: Path) -> str:
    """The format of the data directory and the version that wrote it, in words. Raises DamagedError."""
    said = read(data / "format.json")
    return "not told" if said is None else f"format {said['format']}, by {said['written_by']}"


def builds(data: Path) -> list[Build]:
    """The last builds, the newest first. Raises DamagedError."""
    said = read(run_of(data) / BUILD_LOG) or {"builds": []}
    return [Build(**one | {"at": _moment(one["at"])}) for one in reversed(said["builds"])]


def settings(data: Path) -> list[Settings]:
    """What each command was last started with, the newest first. Raises DamagedError."""
    files = sorted((run_of(data) / SETTINGS).glob("[!.]*.json"))
    found = [(path.stem, said) for path in files if (said := read(path)) is not None]
    each = [
        Settings(command, _moment(said["at"]), said["pid"], [Setting(**one) for one in said["settings"]])
        for command, said in found
    ]
    return sorted(each, key=lambda one: one.at, reverse=True)


def examined(data: Path) -> Examined | None:
    """What the doctor last found; None where the schedule has not asked it. Raises DamagedError."""
    said = read(run_of(data) / DOCTOR)
    if said is None:
        return None
    return Examined(_moment(said["at"]), said["seconds"], [Finding(**one) for one in said["findings"]])


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
