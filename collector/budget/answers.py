"""What clients are told of reservations and of the spend that decisions are made on."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from collector.budget.counters import moment
from collector.budget.events import Grant
from collector.budget.requests import worded
from collector.budget.reservations import Reservation

_PARTS = ("granted", "outstanding", "within", "released", "expired", "overrun", "late")


@dataclasses.dataclass
class SpendAge:
    """How old the spend in spans is: all that had arrived at ``as_of_ns`` is in it. None before the first word."""

    as_of_ns: int | None = None
    source: str = "no spans were read yet"

    def age_s(self, now_ns: int) -> float | None:
        """Seconds since then."""
        return None if self.as_of_ns is None else max(now_ns - self.as_of_ns, 0) / 1e9

    def said(self, now_ns: int) -> dict[str, Any]:
        """For an answer."""
        if self.as_of_ns is None:
            return {"as_of": None, "age_s": None, "source": self.source}
        as_of = datetime.fromtimestamp(self.as_of_ns / 1e9, UTC).isoformat()
        return {"as_of": as_of, "age_s": round(self.age_s(now_ns) or 0.0, 3), "source": self.source}


def named(scope: Mapping[str, str], reservation: str) -> str:
    """A reservation's name in the ledger: two organizations may use one id."""
    return f"{scope.get('organization', '')}/{reservation}"


def granted(grant: Grant | None) -> dict[str, Any]:
    """The reservation of an answer."""
    if grant is None:
        return {"reservation_id": None, "expires_at": None}
    expires = moment(grant.expires_at_ns).isoformat()
    return {"reservation_id": grant.reservation.partition("/")[2], "expires_at": expires}


def standing_of(one: Reservation) -> dict[str, Any]:
    """What became of a reservation, at each counter that it takes from."""
    holds: list[dict[str, Any]] = []
    for hold, parts in one.parts():
        amounts = {name: worded(getattr(parts, name), hold.unit) for name in _PARTS}
        holds.append({"counter": hold.counter.rpartition("@")[0], "unit": hold.unit, **amounts})
    return {"reservation_id": one.grant.reservation.partition("/")[2], "state": one.state.value, "holds": holds}
