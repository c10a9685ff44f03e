"""Which elected call is which request that reached the provider.

Certain evidence first: the response id, then the spans known to be of the call and its counts, then a common time with
a common model. No elected call speaks for two billed ones. A failed attempt that no call of its own shows is *hidden*
when it happened while another call's span was open: the library retried below it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from spanledger.conformance.expected import TrueCall
from spanledger.conformance.measures import WHOLE
from spanledger.conformance.reading import FoundCall

Fits = Callable[[TrueCall, FoundCall], bool]

_CLOCK_NS = 2_000_000
"""Two processes of one machine read one clock; this much they may differ by rounding."""

_NEAR_NS = 50_000_000


@dataclass(frozen=True)
class Pair:
    """A true call and the elected one that shows it, if any. ``above`` is a call whose span was open meanwhile."""

    true: TrueCall
    found: FoundCall | None
    above: FoundCall | None = None


@dataclass(frozen=True)
class Matched:
    """``billed`` and ``failed`` in the truth's order; ``left`` are elected calls that no true one accounts for."""

    billed: tuple[Pair, ...]
    failed: tuple[Pair, ...]
    left: tuple[FoundCall, ...]


def match(calls: Sequence[TrueCall], found: Sequence[FoundCall]) -> Matched:
    """Bring both sides together; every elected call is used once."""
    left = list(found)
    billed = [call for call in calls if call.counts is not None]
    failed = [call for call in calls if call.counts is None]
    taken: dict[str, FoundCall] = {}
    for fits in (_same_response, _same_span_and_counts, _same_counts, _same_span, _then, _about_then, _silent):
        taken |= dict(_take([call for call in billed if call.label not in taken], left, fits))
    taken |= dict(_take(failed, left, _failed_then))
    pairs = {call.label: Pair(call, taken.get(call.label), _above(call, found)) for call in calls}
    return Matched(tuple(pairs[one.label] for one in billed), tuple(pairs[one.label] for one in failed), tuple(left))


def _take(calls: Sequence[TrueCall], left: list[FoundCall], fits: Fits) -> Iterator[tuple[str, FoundCall]]:
    for call in calls:
        fitting = [one for one in left if fits(call, one)]
        if fitting:
            chosen = min(fitting, key=_length)
            left.remove(chosen)
            yield call.label, chosen


def _length(found: FoundCall) -> int:
    return found.interval_ns[1] - found.interval_ns[0] if found.interval_ns else 0


def _same_response(call: TrueCall, found: FoundCall) -> bool:
    return call.response_id is not None and call.response_id == found.response_id


def _same_span_and_counts(call: TrueCall, found: FoundCall) -> bool:
    return _same_span(call, found) and _same_counts(call, found)


def _same_counts(call: TrueCall, found: FoundCall) -> bool:
    stated = call.counts or {}
    return _may_be(call, found) and all(name in stated and stated[name] == found.counts.get(name) for name in WHOLE)


def _same_span(call: TrueCall, found: FoundCall) -> bool:
    return bool(call.span_ids & found.span_ids)


def _then(call: TrueCall, found: FoundCall) -> bool:
    return _may_be(call, found) and not _other_response(call, found) and _is_within(call, found)


def _about_then(call: TrueCall, found: FoundCall) -> bool:
    """Some libraries end the span of a stream before its request goes out; such a span holds no usage."""
    is_lazy = not found.is_usage_known and _may_be(call, found) and not _other_response(call, found)
    return is_lazy and _is_near(call, found)


def _silent(call: TrueCall, found: FoundCall) -> bool:
    """Nobody knows when it was, and the telemetry not how much."""
    is_unknown = not found.is_error and (found.is_estimated or not found.is_usage_known)
    return call.interval_ns is None and is_unknown and _may_be(call, found) and not _other_response(call, found)


def _failed_then(call: TrueCall, found: FoundCall) -> bool:
    return found.is_error and _may_be(call, found) and (call.interval_ns is None or _is_within(call, found))


def _other_response(call: TrueCall, found: FoundCall) -> bool:
    return bool(call.response_id and found.response_id) and call.response_id != found.response_id


def _may_be(call: TrueCall, found: FoundCall) -> bool:
    """No other model."""
    return not call.models or not found.models or any(_one_model(a, b) for a in call.models for b in found.models)


def _one_model(one: str, other: str) -> bool:
    return one == other or one.startswith(other) or other.startswith(one) or one.endswith("/" + other)


def _is_within(call: TrueCall, found: FoundCall) -> bool:
    if call.interval_ns is None or found.interval_ns is None:
        return False
    (started, ended), (opened, closed) = call.interval_ns, found.interval_ns
    return opened - _CLOCK_NS <= started and ended <= closed + _CLOCK_NS


def _is_near(call: TrueCall, found: FoundCall) -> bool:
    if call.interval_ns is None or found.interval_ns is None:
        return False
    (started, ended), (opened, closed) = call.interval_ns, found.interval_ns
    return opened - _NEAR_NS <= ended and started <= closed + _NEAR_NS


def _above(call: TrueCall, found: Sequence[FoundCall]) -> FoundCall | None:
    open_then = [one for one in found if _is_within(call, one) and _may_be(call, one)]
    return min(open_then, key=_length, default=None)
