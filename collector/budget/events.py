"""What can happen to budgets, as values: the journal holds them in order, the ledger is what they add up to.

Amounts are integers: pico-dollars, tokens, steps. Times are unix nanoseconds. A counter is a text: which budget, the
values of its open dimensions and when its period starts; after the last ``@`` stands the start (unix seconds) of the
part of a rolling window that is meant, nothing for other windows.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, ClassVar

Counter = str
Amounts = Mapping[str, int]
"""By unit: usd, tokens, steps."""


@dataclasses.dataclass(frozen=True)
class Hold:
    """What a reservation takes of one counter."""

    counter: Counter
    unit: str
    amount: int


@dataclasses.dataclass(frozen=True)
class Grant:
    """A reservation for ``calls`` calls to models. It ends at ``expires_at_ns`` unless it was closed before. ``asked``
    is a digest of the request, which alone may be repeated under its id."""

    reservation: str
    expires_at_ns: int
    calls: int
    holds: tuple[Hold, ...]
    asked: str = ""


@dataclasses.dataclass(frozen=True)
class Decided:
    """A decision, with all it was made of in ``record`` (see `collector.budget.replay`), and what it granted."""

    kind: ClassVar[str] = "decided"
    at_ns: int
    record: dict[str, Any]
    grant: Grant | None


@dataclasses.dataclass(frozen=True)
class Settled:
    """What a reservation cost, as its holder says. A unit that is not named is counted as it was estimated."""

    kind: ClassVar[str] = "settled"
    at_ns: int
    reservation: str
    amounts: Amounts


@dataclasses.dataclass(frozen=True)
class Released:
    """The holder will not use it."""

    kind: ClassVar[str] = "released"
    at_ns: int
    reservation: str


@dataclasses.dataclass(frozen=True)
class Expired:
    """Nobody closed it in time."""

    kind: ClassVar[str] = "expired"
    at_ns: int
    reservation: str


@dataclasses.dataclass(frozen=True)
class Seen:
    """All that is known from spans of a reservation: ``amounts`` in all, ``counters``: how much of that counts where.

    Of its ``calls``, ``unpriced`` have no known cost, ``uncounted`` no known tokens. It replaces what was seen before.
    """

    kind: ClassVar[str] = "seen"
    at_ns: int
    reservation: str
    calls: int
    unpriced: int
    amounts: Amounts
    counters: Mapping[Counter, int]
    uncounted: int = 0


@dataclasses.dataclass(frozen=True)
class Spend:
    """What spans say was spent: by counter, what it was until now and what it is. ``why``: what was read.

    Where the amount falls, or a build is why, it is a correction; what was said before stays in the journal.
    """

    kind: ClassVar[str] = "spend"
    at_ns: int
    changes: Mapping[Counter, tuple[int, int]]
    why: str


@dataclasses.dataclass(frozen=True)
class Book:
    """The budgets that decisions are made by from here on: the file's text and the annotations that change it."""

    kind: ClassVar[str] = "book"
    at_ns: int
    digest: str
    content: dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Pruned:
    """Reservations that were closed long enough ago are not kept one by one any more, and counters whose time is over
    not at all. What those reservations cost still counts."""

    kind: ClassVar[str] = "pruned"
    at_ns: int
    reservations: tuple[str, ...]
    counters: tuple[Counter, ...]


Event = Decided | Settled | Released | Expired | Seen | Spend | Book | Pruned
_KINDS: dict[str, type[Event]] = {
    one.kind: one for one in (Decided, Settled, Released, Expired, Seen, Spend, Book, Pruned)
}


def as_json(event: Event) -> dict[str, Any]:
    """``event`` as JSON can hold it."""
    said = {"kind": event.kind, **vars(event)}
    if isinstance(event, Decided) and event.grant is not None:
        said["grant"] = vars(event.grant) | {
            "holds": [[one.counter, one.unit, one.amount] for one in event.grant.holds]
        }
    return said


def from_json(said: Mapping[str, Any]) -> Event:
    """The inverse of `as_json`. Raises ValueError for what that did not make."""
    values = dict(said)
    kind = values.pop("kind", None)
    if kind not in _KINDS:
        raise ValueError(f"expected an event of a budget, got kind {kind!r}")
    if kind == Decided.kind and values["grant"] is not None:
        holds = tuple(Hold(*one) for one in values["grant"]["holds"])
        values["grant"] = Grant(**(values["grant"] | {"holds": holds}))
    if kind == Spend.kind:
        values["changes"] = {counter: (before, amount) for counter, (before, amount) in values["changes"].items()}
    if kind == Pruned.kind:
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    return _KINDS[kind](**values)
