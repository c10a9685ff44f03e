"""The one comparison of what SpanLedger elects with what was billed; tests, the page and `recording check` all use it.

For each count there are four verdicts. *Exact*: every billed call has the true number. *Partly* and *unknown*: some,
or none, of the calls have it; for the others the telemetry does not hold it or the number is marked as an estimate,
and the reasons say which. *Different*: a number is shown as known and is not the true one, which is a fault.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from spanledger.conformance.expected import Expected, TrueCall
from spanledger.conformance.folder import SentSpan
from spanledger.conformance.matching import Matched, Pair, match
from spanledger.conformance.measures import MEASURES, WHOLE
from spanledger.conformance.reading import FoundCall


class Verdict(Enum):
    """How a figure compares; ``value`` is the word for it."""

    EXACT = "exact"
    PARTLY = "partly"
    UNKNOWN = "unknown"
    DIFFERENT = "different"


@dataclass(frozen=True)
class Reason:
    """Why ``calls`` calls have no true number; ``kinds`` says which calls, where the truth names their kind."""

    words: str
    calls: int
    kinds: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Judged:
    """One figure: ``of`` is how many billed calls have something to say of it, ``exact`` how many say it right.

    ``expected`` and ``found`` are totals; estimates are in neither. ``differences`` is empty unless DIFFERENT.
    """

    name: str
    verdict: Verdict
    expected: int
    found: int
    of: int | None
    exact: int | None
    reasons: tuple[Reason, ...] = ()
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """A recording's figures beside the truth."""

    figures: tuple[Judged, ...]  # calls, then MEASURES; what the truth does not state is left out
    failed: Counter[str]  # what became of failed attempts, in words; empty where the truth does not list them
    matched: Matched | None  # None where only totals are known

    @property
    def differences(self) -> tuple[str, ...]:
        """Every number that is shown as known and is not true."""
        return tuple(words for figure in self.figures for words in figure.differences)

    @property
    def shown_failures(self) -> int:
        """Failed attempts that are calls of their own."""
        return self.failed[SHOWN]

    def figure(self, name: str) -> Judged | None:
        """The figure called ``name``, if the truth states it."""
        return next((figure for figure in self.figures if figure.name == name), None)


NEVER_SENT = "the provider never told the client"
NOT_RECORDED = "the library does not record it"
NOT_READ = "the number stands in a recorded text, where it is not read"
NOT_WHOLE = "the library records a part of it"
NO_SPAN = "the library made no span"
SHARED_SPAN = "one span holds several requests, and the usage of one"
SHOWN, HIDDEN, UNSEEN = "shown as a failed call", "hidden inside another call's span", "on no span"


Sent = Mapping[str, SentSpan]


def compare(expected: Expected, found: Sequence[FoundCall], sent: Sent) -> Comparison:
    """Judge ``found``, all calls elected in the recording whose spans are ``sent``, by ``expected``."""
    if expected.calls is None:
        return Comparison(tuple(_totals(expected, found)), Counter(), None)
    matched = match(expected.calls, found)
    figures = [_calls(matched)]
    for name in MEASURES:
        stated = [pair for pair in matched.billed if name in (pair.true.counts or {})]
        if stated:
            figures.append(_counts(name, stated, matched.left, sent))
    return Comparison(tuple(figures), _failed(matched.failed), matched)


def _calls(matched: Matched) -> Judged:
    of, seen = len(matched.billed), sum(pair.found is not None for pair in matched.billed)
    unseen = [(_no_call(pair), pair.true.kind) for pair in matched.billed if pair.found is None]
    extra = [one for one in matched.left if not one.is_error or one.counts]
    differences = tuple(f"a call that nobody was billed for: {_describe(one)}" for one in extra)
    verdict = _verdict(of, seen, is_different=bool(differences))
    return Judged("calls", verdict, of, seen + len(extra), of, seen, _reasons(unseen), differences)


def _counts(name: str, pairs: Sequence[Pair], left: Sequence[FoundCall], sent: Sent) -> Judged:
    """A count over billed calls; those that used none of a part and say nothing of it do not matter."""
    of = exact = 0
    unknown: list[tuple[str, str]] = []
    differences = []
    for pair in pairs:
        true, said = (pair.true.counts or {})[name], pair.found.counts.get(name) if pair.found else None
        if not true and not said:
            continue
        of += 1
        reason = _why_unknown(pair, name, sent)
        if reason and not (name in WHOLE and pair.true.is_carried and pair.found):
            unknown.append((reason, pair.true.kind))
        elif said == true:
            exact += 1
        else:
            differences.append(f"{pair.true.label}: {name} is {said}, expected {true} ({_off(said, true)})")
    shown = [*(pair.found for pair in pairs if pair.found), *left]
    total = sum(one.counts.get(name, 0) for one in shown if not _is_made_up(one, name))
    verdict = _verdict(of, exact, is_different=bool(differences))
    billed = sum((pair.true.counts or {})[name] for pair in pairs)
    return Judged(name, verdict, billed, total, of, exact, _reasons(unknown), tuple(differences))


def _why_unknown(pair: Pair, name: str, sent: Sent) -> str | None:
    """The reason why the call has no number that counts as known; None where it has one."""
    found = pair.found
    if found is None:
        return _no_call(pair)
    if _is_made_up(found, name):
        why = (found.token_rule or "").partition("; ")[2]
        return f"marked as an estimate ({why})" if why else "marked as an estimate"
    if name in found.counts:
        is_partial = not found.is_usage_known and found.counts[name] < (pair.true.counts or found.counts)[name]
        return NOT_WHOLE if is_partial else None
    if not pair.true.is_delivered:
        return NEVER_SENT
    if found.usage_error:
        return f"not believed: {found.usage_error}"
    return NOT_READ if _is_written(found, (pair.true.counts or {}).get(name), sent) else NOT_RECORDED


def _is_written(found: FoundCall, true: int | None, sent: Sent) -> bool:
    """Does any span of the call say the number right behind a word about tokens?"""
    said = re.compile(rf"token\w*\W{{1,8}}{true}\b", re.IGNORECASE)
    return any(said.search(sent[span_id].text) for span_id in found.span_ids if span_id in sent)


def _is_made_up(found: FoundCall, name: str) -> bool:
    return found.is_estimated and name in WHOLE


def _no_call(pair: Pair) -> str:
    return SHARED_SPAN if pair.above else NO_SPAN


def _verdict(of: int, exact: int, *, is_different: bool) -> Verdict:
    if is_different:
        return Verdict.DIFFERENT
    if exact == of:
        return Verdict.EXACT
    return Verdict.PARTLY if exact else Verdict.UNKNOWN


def _reasons(unknown: Iterable[tuple[str, str]]) -> tuple[Reason, ...]:
    kinds: dict[str, Counter[str]] = {}
    for words, kind in unknown:
        kinds.setdefault(words, Counter())[kind] += 1
    return tuple(
        Reason(words, sum(counted.values()), tuple((kind, n) for kind, n in counted.items() if kind))
        for words, counted in kinds.items()
    )


def _off(said: int | None, true: int) -> str:
    return f"{(said or 0) - true:+,}"


def _describe(found: FoundCall) -> str:
    counts = ", ".join(f"{name} {value}" for name, value in found.counts.items()) or "no counts"
    return f"span {found.span_id} ({', '.join(sorted(found.models)) or 'no model'}): {counts}"


def _failed(pairs: Sequence[Pair]) -> Counter[str]:
    return Counter(SHOWN if pair.found else HIDDEN if pair.above else UNSEEN for pair in pairs)


def billed_ones(found: Sequence[FoundCall]) -> list[FoundCall]:
    """Without the truth call by call: an error without counts is taken for an attempt that was not billed."""
    return [one for one in found if not one.is_error or one.counts]


def _totals(expected: Expected, found: Sequence[FoundCall]) -> Iterable[Judged]:
    """Sums against sums: where one falls short, calls without the number may account for it; none may exceed."""
    billed = billed_ones(found)
    missing = expected.billed_calls - len(billed)
    yield _total("calls", expected.billed_calls, len(billed), [NO_SPAN] * max(0, missing))
    for name, true in expected.totals.items():
        known = [one for one in billed if name in one.counts and not _is_made_up(one, name)]
        unknown = [_why_unknown(Pair(_ANY, one), name, {}) or "" for one in billed if one not in known]
        said = sum(one.counts[name] for one in known)
        yield _total(name, true, said, unknown + [NO_SPAN] * max(0, missing))


_ANY = TrueCall("any", {})


def _total(name: str, true: int, said: int, unknown: Sequence[str]) -> Judged:
    if said == true:
        return Judged(name, Verdict.EXACT, true, said, None, None)
    reasons = _reasons((words, "") for words in unknown)
    if said < true and unknown:
        return Judged(name, Verdict.PARTLY if said else Verdict.UNKNOWN, true, said, None, None, reasons)
    difference = f"{name} is {said:,}, expected {true:,} ({_off(said, true)})"
    return Judged(name, Verdict.DIFFERENT, true, said, None, None, reasons, (difference,))
