"""Token counts of each span: which group of keys gives them, and what input and output hold.

The rules are those of the project's definitions of tokens. A span may carry several groups of counts; the first
group in `dialects.USAGE_ORDER` with input or output gives them whole, and parts it leaves out (cache reads and
writes, the 1-hour share, reasoning) are filled from another group with the same input and output. Then input is
made to hold the cache and output the reasoning:

1. cache reads plus writes above the input prove that input leaves them out;
2. else the rule of the emitter (dialect, scope, version, provider) holds;
3. else a reported total decides; else counts are taken as the conventions demand, inclusive.

What cannot be right after that (a part above its whole, a negative count, not a number) is kept as it is, and
``usage_error`` says so. Nothing is clamped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms import raw_usage
from transforms.arrays import NONE, Flags, Ints, ints, valid
from transforms.attributes import Attributes, Kind
from transforms.dialects import DIALECTS, USAGE_ORDER
from transforms.dialects.base import EXCLUSIVE, EXCLUSIVE_OUTPUT, INCLUSIVE, UNKNOWN, Dialect, UsageGroup
from transforms.reading import whole

COUNTS = (
    "input_tokens",
    "output_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
    "reasoning_tokens",
)
_INPUT, _OUTPUT, _READ, _WRITE, _WRITE_1H, _REASONING, _TOTAL = range(7)
_PARTS = (_READ, _WRITE, _WRITE_1H, _REASONING)
_HUGE = 2**60  # sums of three stay within 64 bits below this


class Tally:
    """Seven counts (`COUNTS` and the total) per span: value, whether said, and the attribute that said it."""

    def __init__(self, spans: int) -> None:
        self.value = np.zeros((7, spans), dtype=np.int64)
        self.is_said = np.zeros((7, spans), dtype=np.bool_)
        self.source: Ints = np.full((7, spans), NONE, dtype=np.int64)
        self.is_exact = np.zeros((7, spans), dtype=np.bool_)

    def take_from(self, other: "Tally", count: int, where: Flags) -> None:
        for mine, theirs in zip(self._arrays(), other._arrays(), strict=True):
            mine[count, where] = theirs[count, where]

    def _arrays(self) -> tuple[NDArray[np.generic], ...]:
        return self.value, self.is_said, self.source, self.is_exact


@dataclass(frozen=True)
class Emitter:
    """Who sent each span, as far as token rules care; one entry per span."""

    matched: Ints  # bit d is set where dialect d of `DIALECTS` fits
    scope: Ints  # index into scope_names and scope_versions
    scope_names: Sequence[str]
    scope_versions: Sequence[str]
    provider: pa.Array


@dataclass(frozen=True)
class Usage:
    """The canonical counts of a batch."""

    columns: dict[str, pa.Array]  # COUNTS, usage_fields, token_rule, usage_error
    dialect: Ints  # dialect that gave the counts, -1 without counts
    is_counted: Flags  # which spans carry any count
    exact_sources: list[Ints]  # per count of COUNTS: the attributes whose value is the column's


def read_usage(attributes: Attributes, emitter: Emitter) -> Usage:
    """Counts of every span."""
    errors: dict[int, str] = {}
    tallies = [_tally(attributes, group, errors) for group in USAGE_ORDER]
    winner, tally = _elect(tallies, attributes.owners)
    dialect = _dialects(winner, emitter)
    sent = tally.value.copy()
    rule = _normalise(tally, dialect, emitter)
    _judge(tally, errors)
    return Usage(
        columns=_columns(tally, rule, errors),
        dialect=dialect,
        is_counted=winner >= 0,
        exact_sources=[_exact(tally, sent, count) for count in range(len(COUNTS))],
    )


def _tally(attributes: Attributes, group: UsageGroup, errors: dict[int, str]) -> Tally | None:
    spellings = [getattr(group, name) for name in (*COUNTS, "total_tokens")]
    found = [(count, key) for count, keys in enumerate(spellings) for key in keys if len(attributes.at(key))]
    raw_keys = [key for key in attributes.keys if group.raw and re.fullmatch(group.raw, key)]
    if not found and not raw_keys:
        return None
    tally = Tally(attributes.owners)
    for count, key in found:
        _read_key(attributes, key, count, tally, errors)
    for key in raw_keys:
        _read_raw(attributes, key, tally)
    return tally


def _read_key(attributes: Attributes, key: str, count: int, tally: Tally, errors: dict[int, str]) -> None:
    at = attributes.at(key)
    read = whole(attributes, at)
    said = valid(read.values)
    owner = attributes.owner[at]
    if not said.all():
        for place in at[~said]:
            sent = attributes.text[int(place)].as_py()
            if sent:  # an empty string or value says nothing
                errors.setdefault(int(attributes.owner[place]), f"{key} is not a whole number: {sent[:40]}")
    new = said & ~tally.is_said[count, owner]
    rows = owner[new]
    tally.value[count, rows] = ints(read.values)[new]
    tally.is_said[count, rows] = True
    tally.source[count, rows] = at[new]
    tally.is_exact[count, rows] = read.is_exact[new]


def _read_raw(attributes: Attributes, key: str, tally: Tally) -> None:
    at = attributes.at(key)
    at = at[np.isin(attributes.kind[at], (Kind.STRING, Kind.KVLIST))]
    encoded = attributes.text.take(pa.array(at)).dictionary_encode()
    parsed = [raw_usage.parse(text) for text in encoded.dictionary.to_pylist()]
    for row, code in zip(attributes.owner[at], encoded.indices.to_pylist(), strict=True):
        counts = parsed[code]
        if counts is None or tally.is_said[:, row].any():
            continue
        for name, number in counts.items():
            tally.value[COUNTS.index(name), row] = number
            tally.is_said[COUNTS.index(name), row] = True


def _elect(tallies: list[Tally | None], spans: int) -> tuple[Ints, Tally]:
    """The winning group of each span (-1 for none), and its counts with missing parts filled."""
    winner: Ints = np.full(spans, NONE, dtype=np.int64)
    present = [(number, tally) for number, tally in enumerate(tallies) if tally is not None]
    for counts in ((_INPUT, _OUTPUT), _PARTS):
        for number, tally in present:
            winner[(winner < 0) & tally.is_said[list(counts)].any(axis=0)] = number
    result = Tally(spans)
    for number, tally in present:
        for count in range(7):
            result.take_from(tally, count, winner == number)
    for number, tally in present:
        same = (winner >= 0) & (winner != number)
        if same.any():
            for count in (_INPUT, _OUTPUT):
                same &= tally.is_said[count] & result.is_said[count] & (tally.value[count] == result.value[count])
            for count in _PARTS:
                result.take_from(tally, count, same & ~result.is_said[count] & tally.is_said[count])
    return winner, result


def _dialects(winner: Ints, emitter: Emitter) -> Ints:
    """The first dialect that fits the span and reads the winning group, else the first that reads it."""
    dialect: Ints = np.full(len(winner), NONE, dtype=np.int64)
    for number, group in enumerate(USAGE_ORDER):
        mine = winner == number
        if not mine.any():
            continue
        readers = [place for place, one in enumerate(DIALECTS) if group in one.usage]
        for place in readers:
            dialect[mine & (dialect < 0) & (emitter.matched >> place & 1 == 1)] = place
        dialect[mine & (dialect < 0)] = readers[0]
    return dialect


def _normalise(tally: Tally, dialect: Ints, emitter: Emitter) -> pa.Array:
    """Make input and output whole in place; gives the text of the rule each span was read by."""
    value, said = tally.value, tally.is_said
    small = (np.abs(value) < _HUGE).all(axis=0)
    cache = value[_READ] + value[_WRITE]
    rules, reasons, index = _emitter_rules(dialect, emitter)
    has_cache = said[_READ] | said[_WRITE]
    proven = small & has_cache & said[_INPUT] & (cache > value[_INPUT])
    chosen: NDArray[np.object_] = np.array(reasons, dtype=object)[index]
    rule: NDArray[np.object_] = np.array(rules, dtype=object)[index]
    undecided = (rule == UNKNOWN) & ~proven
    _by_total(tally, undecided & small, rule, chosen)
    rule[proven], chosen[proven] = EXCLUSIVE, "exclusive: cache exceeds input"
    add_cache = small & (rule == EXCLUSIVE) & said[_INPUT]
    value[_INPUT, add_cache] += cache[add_cache]
    add_reasoning = small & (rule == EXCLUSIVE_OUTPUT) & said[_OUTPUT]
    value[_OUTPUT, add_reasoning] += value[_REASONING, add_reasoning]
    return pa.array(chosen, pa.string(), mask=dialect < 0)


def _by_total(tally: Tally, where: Flags, rule: NDArray[np.object_], chosen: NDArray[np.object_]) -> None:
    """Spans whose emitter has no rule: a reported total tells what input and output hold."""
    value = tally.value
    rule[rule == UNKNOWN] = INCLUSIVE
    if not where.any():
        return
    known = where & tally.is_said[_TOTAL] & tally.is_said[_INPUT] & tally.is_said[_OUTPUT]
    rest = value[_TOTAL] - value[_INPUT] - value[_OUTPUT]
    cache, reasoning = value[_READ] + value[_WRITE], value[_REASONING]
    for name, fits in (
        (INCLUSIVE, rest == 0),
        (EXCLUSIVE, (rest == cache) & (cache > 0)),
        (EXCLUSIVE_OUTPUT, (rest == reasoning) & (reasoning > 0)),
    ):
        decided = known & fits
        rule[decided], chosen[decided] = name, f"{name}: total"
        known &= ~fits


def _emitter_rules(dialect: Ints, emitter: Emitter) -> tuple[list[str], list[str], Ints]:
    """Rule and reason of each distinct emitter, and which of them sent each span."""
    providers = emitter.provider.dictionary_encode()
    codes = ints(providers.indices.cast(pa.int64())) + valid(providers.indices)  # 0 for no provider
    width, height = len(providers.dictionary) + 1, max(len(emitter.scope_names), 1)
    key = ((dialect + 1) * height + emitter.scope) * width + codes
    distinct, index = np.unique(key, return_inverse=True)
    names = ["", *providers.dictionary.to_pylist()]
    rules, reasons = [], []
    for one in distinct:
        rest, provider = divmod(int(one), width)
        place, scope = divmod(rest, height)
        rule, reason = UNKNOWN, ""
        if place:
            rule, reason = _rule(
                DIALECTS[place - 1], emitter.scope_names[scope], emitter.scope_versions[scope], names[provider]
            )
        rules.append(rule)
        reasons.append(reason)
    return rules, reasons, index.astype(np.int64)


def _rule(dialect: Dialect, scope: str, version: str, provider: str) -> tuple[str, str]:
    for rule in dialect.token_rules:
        fits = scope.startswith(rule.scope) and rule.provider in ("", provider)
        if fits and (not rule.before or _version(version) < rule.before):
            return rule.rule, f"{rule.rule}: {dialect.name}"
    return UNKNOWN, f"{INCLUSIVE}: assumed"


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def _judge(tally: Tally, errors: dict[int, str]) -> None:
    """Note what cannot be right. Counts stay."""
    value, said = tally.value, tally.is_said
    checks = [
        (said[part] & said[whole_] & (value[part] > value[whole_]), f"{COUNTS[part]} exceeds {COUNTS[whole_]}")
        for part, whole_ in ((_READ, _INPUT), (_WRITE, _INPUT), (_WRITE_1H, _WRITE), (_REASONING, _OUTPUT))
    ]
    both = said[_INPUT] & (said[_READ] | said[_WRITE]) & (value[_READ] + value[_WRITE] > value[_INPUT])
    checks.append((both, "cache reads and writes exceed input_tokens"))
    checks.extend((said[count] & (value[count] < 0), f"{name} is negative") for count, name in enumerate(COUNTS))
    checks.append(((np.abs(value) >= _HUGE).any(axis=0), f"a count is beyond {_HUGE}"))
    for wrong, message in checks:
        for row in np.flatnonzero(wrong):
            errors.setdefault(int(row), message)


def _columns(tally: Tally, rule: pa.Array, errors: dict[int, str]) -> dict[str, pa.Array]:
    columns = {name: pa.array(tally.value[count], mask=~tally.is_said[count]) for count, name in enumerate(COUNTS)}
    columns["usage_fields"] = pa.array(tally.is_said[: len(COUNTS)].sum(axis=0), pa.int32())
    columns["token_rule"] = rule
    spans = tally.value.shape[1]
    columns["usage_error"] = (
        pa.array([errors.get(row) for row in range(spans)], pa.string()) if errors else pa.nulls(spans, pa.string())
    )
    return columns


def _exact(tally: Tally, sent: Ints, count: int) -> Ints:
    kept = tally.is_exact[count] & (tally.value[count] == sent[count]) & (tally.source[count] >= 0)
    return np.asarray(tally.source[count][kept])
