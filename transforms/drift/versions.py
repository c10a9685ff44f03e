"""Which version came with a change: the one whose share of the workflow's calls rose most across it."""

from collections.abc import Iterable
from dataclasses import dataclass

LEAST_RISE = 0.3
"""A version that took over less than this share of the calls is no likely cause."""
KINDS = ("prompt_version", "model", "code_version")
"""In this order where two rose alike: a release usually carries the prompt, not the reverse."""


@dataclass(frozen=True)
class Share:
    """A version's share of the calls in the week before and from a change on; None where there were no calls."""

    kind: str
    version: str | None
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Arrival:
    """What came with a change: the version that rose most and the one that it took over from."""

    kind: str
    version_before: str | None
    version_after: str
    share_before: float
    share_after: float


def arrival(shares: Iterable[Share]) -> Arrival | None:
    """The version that came; None where none rose by `LEAST_RISE`."""
    by_kind: dict[str, list[tuple[float, Share]]] = {}
    for share in shares:
        if share.before is not None and share.after is not None:
            by_kind.setdefault(share.kind, []).append((share.after - share.before, share))
    found = [_of_kind(kind, by_kind[kind]) for kind in KINDS if kind in by_kind]
    rises = [(rise, one) for rise, one in found if one is not None and rise >= LEAST_RISE]
    return max(rises, key=lambda pair: pair[0])[1] if rises else None


def _of_kind(kind: str, shares: list[tuple[float, Share]]) -> tuple[float, Arrival | None]:
    named = [pair for pair in shares if pair[1].version is not None]
    if not named:
        return 0.0, None
    rise, risen = max(named, key=lambda pair: pair[0])
    _, fallen = min(shares, key=lambda pair: pair[0])
    assert risen.version is not None
    return rise, Arrival(kind, fallen.version, risen.version, risen.before or 0.0, risen.after or 0.0)
