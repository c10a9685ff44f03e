"""`run/build_log.json`: the last builds one by one. A failure that repeats is one line with how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.files import read_json, write_json
from spanledger.building.build import Outcome
from transforms.installation import BUILD_LOG, run_of

KEPT = 60
"""An hour of builds, one a minute: the counts of all are in `run/builds.json`."""


def note(data: Path, made: Outcome | str, rows: Mapping[str, int]) -> None:
    """Add a published build, or why there is none; ``rows`` of the build by table. A look without news adds nothing.

    Raises OSError, and ValueError for a file that is damaged."""
    if isinstance(made, Outcome) and made.build_id is None:
        return
    path = run_of(data) / BUILD_LOG
    before: list[dict[str, Any]] = (read_json(path) or {"builds": []})["builds"]
    line = _line(made, rows)
    if before and line["error"] and before[-1]["error"] == line["error"]:
        line["times"] = before.pop()["times"] + 1
    write_json(path, {"builds": [*before, line][-KEPT:]})


@dataclass(frozen=True)
class _Nothing:
    build_id: None = None
    is_full: None = None
    seconds: None = None
    new_segments: None = None
    lake_rows: None = None
    checks: None = None


def _line(made: Outcome | str, rows: Mapping[str, int]) -> dict[str, Any]:
    of = made if isinstance(made, Outcome) else _Nothing()
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "build_id": of.build_id,
        "is_full": of.is_full,
        "seconds": of.seconds,
        "new_segments": of.new_segments,
        "lake_rows": of.lake_rows,
        "checks": of.checks,
        "rows": dict(rows) if isinstance(made, Outcome) else {},
        "error": None if isinstance(made, Outcome) else made,
        "times": 1,
    }
