"""A ledger as JSON and back: what a restart begins with instead of the whole journal."""

from collections.abc import Mapping
from typing import Any

from collector.budget.events import Grant, Hold, Seen
from collector.budget.ledger import Account, Ledger
from collector.budget.reservations import Parts, Reservation, State


def taken(ledger: Ledger) -> dict[str, Any]:
    """All that ``ledger`` holds; shares nothing with it."""
    return {
        "accounts": {
            counter: [account.spend, *_numbers(account.parts)] for counter, account in ledger.accounts.items()
        },
        "forgotten": {counter: _numbers(parts) for counter, parts in ledger.forgotten.items()},
        "used": list(ledger.used),
        "reservations": [_reservation(one) for one in ledger.reservations.values()],
    }


def restored(said: Mapping[str, Any]) -> Ledger:
    """The inverse of `taken`. Raises ValueError for a ledger that does not add up."""
    ledger = Ledger()
    for counter, (spend, *parts) in said["accounts"].items():
        ledger.accounts[counter] = Account(spend, Parts(*parts))
        ledger.index(counter)
    ledger.forgotten = {counter: Parts(*parts) for counter, parts in said["forgotten"].items()}
    ledger.used = dict.fromkeys(said.get("used", ()))
    for one in map(_restored, said["reservations"]):
        ledger.reservations[one.grant.reservation] = one
        if one.state is State.OPEN:
            ledger.open.add(one.grant.reservation)
    if faults := ledger.faults():
        raise ValueError(f"the snapshot does not add up: {'; '.join(faults[:3])}")
    return ledger


def _numbers(parts: Parts) -> list[int]:
    return list(vars(parts).values())


def _reservation(one: Reservation) -> dict[str, Any]:
    holds = [[hold.counter, hold.unit, hold.amount] for hold in one.grant.holds]
    return {
        "grant": vars(one.grant) | {"holds": holds},
        "granted_at_ns": one.granted_at_ns,
        "state": one.state.value,
        "closed_at_ns": one.closed_at_ns,
        "declared": one.declared,
        "seen": one.seen and dict(vars(one.seen)),
        "costs_when_closed": None if one.costs_when_closed is None else list(one.costs_when_closed),
    }


def _restored(said: Mapping[str, Any]) -> Reservation:
    grant = said["grant"] | {"holds": tuple(Hold(*hold) for hold in said["grant"]["holds"])}
    return Reservation(
        Grant(**grant),
        said["granted_at_ns"],
        State(said["state"]),
        said["closed_at_ns"],
        said["declared"],
        said["seen"] and Seen(**said["seen"]),
        None if said["costs_when_closed"] is None else tuple(said["costs_when_closed"]),
    )
