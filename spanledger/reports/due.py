"""Which scheduled reports are due, and what became of each, as the files of the data directory say.

reports/<stem>.html, .md                    the last ones made; they can be made again at any time
records/reports/<stem>/<channel>.json       that a channel took it: written once, right after it did
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from collector.files import read_json
from spanledger.reports import making
from spanledger.reports.periods import Period
from spanledger.reports.plan import Planned
from spanledger.settings import Settings

FOLDER = "reports"


@dataclass(frozen=True)
class Due:
    """One report of an entry: its name, its filters, whether it was made, and the channels that have not taken it."""

    stem: str
    filters: Mapping[str, tuple[str, ...]]
    is_made: bool
    waiting: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Whether it was made, and taken by all."""
        return self.is_made and not self.waiting


def reports(settings: Settings, planned: Planned, period: Period) -> list[Due]:
    """The reports of an entry for a period, by the published build. Raises Failure where there is none."""
    return [_due(settings.data, planned, period, one) for one in making.filters_of(settings, planned, period)]


def _due(data: Path, planned: Planned, period: Period, filters: Mapping[str, tuple[str, ...]]) -> Due:
    stem = making.stem(period, filters)
    waiting = tuple(name for name in planned.to if not taken(data, stem, name).exists())
    return Due(stem, filters, (data / FOLDER / f"{stem}.html").exists(), waiting)


def taken(data: Path, stem: str, channel: str) -> Path:
    """The file that says a channel took a report."""
    name = hashlib.sha256(channel.encode()).hexdigest()[:16]
    return data / "records" / FOLDER / stem / f"{name}.json"


def complete_at(data: Path) -> datetime | None:
    """When the published build last held all that was in the lake; None where no builder has said so yet."""
    from spanledger.building.build_figures import NAME  # loads dbt, which only builders need

    seconds = (read_json(data / "run" / NAME) or {}).get("complete_at")
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
