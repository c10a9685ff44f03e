"""Who is told what and when, as values; `rule_file` reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from transforms.alerts.event import CRITICAL, KINDS, RANK, WARNING, Event
from transforms.patterns import matches

OWNER = "owner"
"""In the place of a channel: the one that `owners` names for the event's owner."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Channel:
    """Where messages go: an address as apprise has them, or the environment variable that holds it."""

    name: str
    url: str | None = field(default=None, repr=False)  # may hold a password
    url_from: str | None = None


@dataclass(frozen=True)
class QuietHours:
    """Times of day in which only what is severe enough is told. ``days`` are those on which they begin."""

    start: time
    end: time
    time_zone: str
    days: tuple[str, ...] = DAYS
    let_pass: str | None = CRITICAL  # this severity and worse

    def hold(self, severity: str, at: datetime) -> bool:
        """Whether a message of that severity waits at that time."""
        passes = self.let_pass is not None and RANK[severity] >= RANK[self.let_pass]
        return not passes and self.cover(at)

    def cover(self, at: datetime) -> bool:
        """Whether that time lies in them, by the clocks of their zone."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        now, today, yesterday = local.time(), DAYS[local.weekday()], DAYS[local.weekday() - 1]
        if self.start < self.end:
            return today in self.days and self.start <= now < self.end
        return (today in self.days and now >= self.start) or (yesterday in self.days and now < self.end)


@dataclass(frozen=True)
class Rule:
    """Events that it matches go to its channels."""

    name: str
    to: tuple[str, ...]
    events: tuple[str, ...] = KINDS
    severity: str = WARNING  # this and worse
    scope: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (dimension, patterns); all must match, of patterns one
    group: timedelta = timedelta()  # how long the first waits for others
    repeat_after: timedelta | None = None
    escalate_after: timedelta | None = None
    escalate_to: tuple[str, ...] = ()
    tells_recovery: bool = True

    def matches(self, event: Event) -> bool:
        """Whether the rule is about the event."""
        if event.kind not in self.events or RANK[event.severity] < RANK[self.severity]:
            return False
        values = dict(event.scope)
        return all(matches(values.get(dimension, ""), patterns) for dimension, patterns in self.scope)


@dataclass(frozen=True)
class SilenceRule:
    """When a service that normally reports counts as silent: ``times`` its longest usual gap, at least ``least``."""

    times: int = 2
    least: timedelta = timedelta(hours=1)
    services: tuple[str, ...] = ("*",)  # patterns


@dataclass(frozen=True)
class ForecastRule:
    """From which chance on that it ends beyond its limit a budget is an alert; None: never."""

    at: Decimal | None = Decimal("0.8")


@dataclass(frozen=True)
class AlertRules:
    """The whole file."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    owners: tuple[tuple[str, tuple[str, ...]], ...] = ()  # (owner, channels)
    quiet_hours: tuple[QuietHours, ...] = ()
    silence: SilenceRule = SilenceRule()
    forecast: ForecastRule = ForecastRule()
    explorer: str | None = None  # address that links begin with
    settled_after: timedelta = timedelta(minutes=5)  # a recovery counts once it has lasted so long

    def hold(self, severity: str, at: datetime) -> bool:
        """Whether a message of that severity waits for the end of quiet hours."""
        return any(quiet.hold(severity, at) for quiet in self.quiet_hours)

    def of_owner(self, owner: str) -> tuple[str, ...]:
        """The channels of an owner; none where the file names none."""
        return dict(self.owners).get(owner, ())

    def audience(self, event: Event, opened_at: datetime, now: datetime) -> dict[str, Rule]:
        """The channels that are told of an event that fires since ``opened_at``, with the first rule that names each.

        Whom the event itself names (a budget's `escalate` threshold) is told with the first rule that matches.
        """
        found: dict[str, Rule] = {}
        for rule in self.rules:
            if not rule.matches(event):
                continue
            is_late = rule.escalate_after is not None and now - opened_at >= rule.escalate_after
            for name in (*rule.to, *(rule.escalate_to if is_late else ())):
                for channel in self.of_owner(event.owner) if name == OWNER else (name,):
                    found.setdefault(channel, rule)
            for channel in (one for owner in event.tell for one in self.of_owner(owner)):
                found.setdefault(channel, rule)
        return found


NO_RULES = AlertRules()
"""Without a file: what happens is listed, nobody is told."""
