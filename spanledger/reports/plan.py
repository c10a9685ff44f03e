"""The user's reports file, read strictly: which report, for whom, when.

reports:
  - report: daily                   # daily, weekly, monthly or quarterly
    at: "07:00"                     # on the day after its period, 06:00 where left out
    time_zone: Europe/Berlin        # of that time; UTC where left out. Periods are of UTC days
    scope: {environment: prod}      # organization, environment, team, workflow; everything where left out
    to: [oncall]                    # channels of the alerts file; none only writes the files
  - report: weekly
    each: team                      # one for each team that had calls in the week
    to: [leads]
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from spanledger.reports.periods import KINDS, Period, holding, latest
from spanledger.texts import read_rules_text
from transforms.budgets.values import zone
from transforms.yaml_lines import Value, read_yaml

DIMENSIONS = ("organization", "environment", "team", "workflow")
KEYS = ("report", "at", "time_zone", "scope", "each", "to")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True)
class Planned:
    """One entry: a report that is made again and again."""

    kind: str
    at: time = time(6)
    time_zone: str = "UTC"
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    each: str | None = None
    to: tuple[str, ...] = ()

    def due(self, now: datetime) -> Period:
        """The last period whose report is due at ``now``."""
        period = latest(self.kind, now.astimezone(UTC).date())
        if now < self.due_at(period):
            today = now.astimezone(UTC).date()
            period = holding(self.kind, period.first - timedelta(days=1), today)
        return period

    def due_at(self, period: Period) -> datetime:
        """When the report of a period is due: at its time on the day after, once the period is over in UTC."""
        following = period.last + timedelta(days=1)
        local = datetime.combine(following, self.at, ZoneInfo(self.time_zone))
        return max(local.astimezone(UTC), _begin(following))

    def next_at(self, now: datetime) -> datetime:
        """When the next one is due that is not due yet."""
        period = self.due(now)
        while self.due_at(period) <= now:
            after = period.last + timedelta(days=1)
            period = holding(self.kind, after, date.max)
        return self.due_at(period)

    def line(self, now: datetime) -> str:
        """The entry in words: `weekly for each team, next 2026-11-23 06:00 UTC, to leads`."""
        whose = [f"{name} {', '.join(values)}" for name, values in self.scope.items()]
        whose += [f"each {self.each}"] if self.each else []
        of = f" for {'; '.join(whose)}" if whose else ""
        to = f"to {', '.join(self.to)}" if self.to else "written to the directory reports, sent to nobody"
        return f"{self.kind}{of}, next {self.next_at(now):%Y-%m-%d %H:%M} UTC, {to}"


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def read_plan(path: Path | None, channels: Mapping[str, object]) -> tuple[Planned, ...]:
    """The entries of a file; none where none is named. Raises ConfigError naming file, line and key."""
    if path is None:
        return ()
    said = read_yaml(read_rules_text(path, "the reports file"), str(path)).fields(("reports",), "the key reports")
    if "reports" not in said:
        return ()
    return tuple(_entry(one, channels) for one in said["reports"].items())


def _entry(entry: Value, channels: Mapping[str, object]) -> Planned:
    said = entry.fields(KEYS, "keys with values, such as report and to")
    if "report" not in said:
        entry.refuse(f"expected the key report, one of {', '.join(KINDS)}")
    usual = Planned("")
    what = "dimensions with values, such as {team: search}"
    scope = said["scope"].fields(DIMENSIONS, what) if "scope" in said else {}
    each = said["each"].one_of(("team", "workflow")) if "each" in said else None
    if each in scope:
        said["each"].refuse(f"the scope names a {each} already")
    return Planned(
        said["report"].one_of(KINDS),
        _time(said["at"]) if "at" in said else usual.at,
        zone(said["time_zone"]) if "time_zone" in said else usual.time_zone,
        {name: scope[name].texts() for name in DIMENSIONS if name in scope},
        each,
        tuple(dict.fromkeys(one for one in _names(said["to"], channels))) if "to" in said else (),
    )


def _names(value: Value, channels: Mapping[str, object]) -> tuple[str, ...]:
    for name in (names := value.texts()):
        if name not in channels:
            there = f"it has {', '.join(channels)}" if channels else "it has none"
            value.refuse(f"no channel of the alerts file is called {name!r}; {there}")
    return names


def _time(value: Value) -> time:
    found = _TIME.fullmatch(value.text().strip())
    return time(int(found[1]), int(found[2])) if found else value.refuse('expected a time of day such as "07:00"')
