"""One incident, one row: flags of one series that follow each other are one, what another explains is none.

Where an organization's spend jumps, so does that of the team, the workflow and the model behind it. The widest scope
keeps the row; the others are its drivers. Hours explain days, not the reverse.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from transforms.anomalies.drivers import Driver

SCOPE_KINDS = ("organization", "traffic_source", "team", "project", "workflow", "model")
"""From the widest to the narrowest."""
GRAINS = ("hour", "day")
LENGTH = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
APART = {"hour": timedelta(hours=24), "day": timedelta(days=2)}
"""Flags of a series that begin no further apart are one incident."""
EXPLAINED = Decimal("0.5")
"""An incident of which another accounts for at least this share of the excess is not told again."""


@dataclass(frozen=True)
class Flag:
    """An hour or day (``at`` is its start, UTC) of one series that was out of the ordinary. US dollars."""

    organization: str
    environment: str | None
    scope_kind: str
    scope: str | None
    grain: str
    at: datetime
    actual_usd: Decimal
    expected_usd: Decimal
    low_usd: Decimal
    high_usd: Decimal
    score: float | None
    basis: str


@dataclass(frozen=True)
class Incident:
    """Flags of one series that belong together, in order."""

    flags: tuple[Flag, ...]
    drivers: tuple[Driver, ...] = field(default=(), compare=False)

    @property
    def head(self) -> Flag:
        return self.flags[0]

    @property
    def ends(self) -> datetime:
        """End of the last flagged hour or day."""
        return self.flags[-1].at + LENGTH[self.head.grain]

    @property
    def excess_usd(self) -> Decimal:
        return sum((flag.actual_usd - flag.expected_usd for flag in self.flags), Decimal(0))


def gathered(flags: Iterable[Flag]) -> list[Incident]:
    """Incidents of each series, before any is explained by another; in order of their first flag."""
    by_series: dict[tuple[str | None, ...], list[Flag]] = {}
    for flag in sorted(flags, key=lambda flag: flag.at):
        key = (flag.organization, flag.environment, flag.scope_kind, flag.scope, flag.grain)
        by_series.setdefault(key, []).append(flag)
    found = [incident for series in by_series.values() for incident in _parted(series)]
    return sorted(found, key=_order)


def _parted(flags: Sequence[Flag]) -> Iterator[Incident]:
    held = [flags[0]]
    for flag in flags[1:]:
        if flag.at - held[-1].at > APART[flag.grain]:
            yield Incident(tuple(held))
            held = []
        held.append(flag)
    yield Incident(tuple(held))


def _order(incident: Incident) -> tuple[object, ...]:
    head = incident.head
    return head.at, GRAINS.index(head.grain), SCOPE_KINDS.index(head.scope_kind), head.scope or "", incident.ends


def clusters(incidents: Iterable[Incident]) -> list[list[Incident]]:
    """Incidents of one organization and environment whose times overlap, directly or through others."""
    by_place: dict[tuple[str, str | None], list[Incident]] = {}
    for incident in incidents:
        by_place.setdefault((incident.head.organization, incident.head.environment), []).append(incident)
    found = []
    for rows in by_place.values():
        until: datetime | None = None
        for incident in sorted(rows, key=_order):
            if until is None or incident.head.at >= until:
                found.append([incident])
                until = incident.ends
            else:
                found[-1].append(incident)
                until = max(until, incident.ends)
    return found


def told(cluster: Sequence[Incident], drivers_of: Callable[[Incident], Sequence[Driver]]) -> list[Incident]:
    """Those of a cluster that get a row, with their drivers; hours before days, the widest scopes first."""
    kept: list[Incident] = []
    for incident in sorted(cluster, key=lambda one: (GRAINS.index(one.head.grain), *_order(one)[2:], one.head.at)):
        if not any(_explains(other, incident) for other in kept):
            kept.append(Incident(incident.flags, tuple(drivers_of(incident))))
    return sorted(kept, key=_order)


def _explains(other: Incident, incident: Incident) -> bool:
    """Whether ``other``, which has its row already, accounts for enough of ``incident``."""
    if other.head.at >= incident.ends or incident.head.at >= other.ends:
        return False
    enough = EXPLAINED * incident.excess_usd
    scope = (incident.head.scope_kind, incident.head.scope)
    if scope == (other.head.scope_kind, other.head.scope) or incident.head.scope_kind == "organization":
        return other.excess_usd >= enough
    return any((one.kind, one.name) == scope and one.change_usd >= enough for one in other.drivers)
