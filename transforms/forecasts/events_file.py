"""Events that are known to come: launches, freezes, models that are replaced. The user's YAML.

    events:
      - name: assistant for all customers
        organization: acme             # every one unless said
        scope: {team: search}          # all spend unless said
        from: 2026-12-01
        to: 2027-01-01                 # the first UTC day it is over
        factor: 1.5                    # the scope's spend is so many times what it would be without

Events of the past are needed as well: they say which days were out of the ordinary.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from transforms.forecasts.scopes import PARTS
from transforms.forecasts.series import Event
from transforms.yaml_lines import Value, read_yaml
from transforms.yaml_values import period

KEYS = ("name", "organization", "scope", "from", "to", "factor")
NEEDED = ("name", "from", "to", "factor")
MOST, DECIMALS = 1000, 9


@dataclass(frozen=True)
class PlannedEvent:
    """One entry. ``kind`` and ``scope`` are None where it speaks of all spend, ``organization`` where of each."""

    name: str
    organization: str | None
    kind: str | None
    scope: str | None
    first: date
    last: date
    factor: Decimal

    def event_of(self, organization: str) -> Event:
        """As the engine takes it, for one organization's series."""
        key = f"{self.kind}:{self.scope}" if self.kind else f"organization:{organization}"
        return Event(self.name, self.first, self.last, float(self.factor), key)


@dataclass(frozen=True)
class PlannedEvents:
    """All that the file says."""

    events: tuple[PlannedEvent, ...] = ()

    @property
    def digest(self) -> str:
        """Changes with anything that forecasts make of it."""
        return hashlib.sha256(repr(self.events).encode()).hexdigest()

    def of(self, organization: str) -> list[Event]:
        """Those that hold for an organization."""
        return [one.event_of(organization) for one in self.events if one.organization in (None, organization)]


NO_EVENTS = PlannedEvents()


def read_events(text: str, name: str) -> PlannedEvents:
    """The events of a file. ``name`` stands in errors. Raises ConfigError naming file, line and key."""
    document = read_yaml(text, name)
    said = document.fields(("events",), "the key events")
    if "events" not in said:
        document.refuse("expected the key events: what is known to come")
    return PlannedEvents(tuple(_event(entry) for entry in said["events"].items()))


def _event(entry: Value) -> PlannedEvent:
    said = entry.fields(KEYS, f"the keys {', '.join(KEYS)}")
    for key in NEEDED:
        if key not in said:
            entry.refuse(f"expected the key {key}")
    first, after = period(said)
    kind, scope = _scope(said["scope"]) if "scope" in said else (None, None)
    organization = said["organization"].text() if "organization" in said else None
    factor = _factor(said["factor"])
    return PlannedEvent(said["name"].text(), organization, kind, scope, first, after - timedelta(days=1), factor)


def _scope(value: Value) -> tuple[str, str]:
    said = value.fields(PARTS, f"one of {', '.join(PARTS)} with its name")
    if len(said) != 1:
        value.refuse(f"expected one of {', '.join(PARTS)}, got {len(said)}")
    [(kind, name)] = said.items()
    return kind, name.text()


def _factor(value: Value) -> Decimal:
    text = value.text()
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number <= MOST or number != round(number, DECIMALS):
        value.refuse(f"expected a number from 0 to {MOST} of at most {DECIMALS} decimals, such as 1.5, got {text!r}")
    return number.normalize()
