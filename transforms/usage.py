"""Token counts of each span: which group of keys gives them, and what input and output hold.

The rules are those of the project's definitions of tokens. A span may carry several groups of counts; the first
group in `registry.Registry.usage_order` with input or output gives them whole, and parts it leaves out (cache reads and
writes, the 1-hour share, reasoning) are filled from another group with the same input and output. Then input is
made to hold the cache and output the reasoning:

1. cache reads plus writes above the input prove that input leaves them out; so does a provider's own usage object on
   the same span with the same output, whose counts are then taken;
2. else the rule of the emitter (dialect, scope, version, provider) holds;
3. else a reported total decides; else counts are taken as the conventions demand, inclusive.

What cannot be right after that (a part above its whole, a negative count, not a number where no other key has one) is
kept as it is, and ``usage_error`` says so. Nothing is clamped.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from transforms.arrays import NONE, Flags, Ints, ints, valid
from transforms.attributes import Attributes, Kind
from transforms.dialects.base import INCLUSIVE, UsageGroup
from transforms.reading import whole
from transforms.tally import COUNTS, INPUT, OUTPUT, PARTS, READ, TOTAL, WRITE, Tally
from transforms.token_rules import Emitter, judge, knows_scope, normalise

_ROW = {name: row for row, name in enumerate((*COUNTS, "total_tokens"))}


Unread = dict[tuple[int, int], str]
"""What is wrong with a value that should be a count, by span and count."""


@dataclass(frozen=True)
class Usage:
    """The canonical counts of a batch."""

    columns: dict[str, pa.Array]  # COUNTS, usage_fields, token_rule, usage_error
    dialect: Ints  # dialect that gave the counts, -1 without counts
    is_counted: Flags  # which spans carry any count
    exact_sources: list[Ints]  # per count of COUNTS: the attributes whose value is the column's


def read_usage(attributes: Attributes, emitter: Emitter) -> Usage:
    """Counts of every span."""
    unread: Unread = {}
    tallies = [_tally(attributes, group, emitter, unread) for group in emitter.registry.usage_order]
    winner, tally = _elect(tallies, emitter.registry.usage_order, attributes.owners)
    dialect = _dialects(winner, emitter)
    sent = tally.value.copy()
    rule = normalise(tally, winner, dialect, emitter)
    errors = _missed(unread, tally)
    judge(tally, errors)
    return Usage(
        columns=_columns(tally, rule, errors),
        dialect=dialect,
        is_counted=winner >= 0,
        exact_sources=[_exact(tally, sent, count) for count in range(len(COUNTS))],
    )


def _missed(unread: Unread, tally: Tally) -> dict[int, str]:
    """What could not be read and nothing else said. A total is no count: it only helps to read the others."""
    errors: dict[int, str] = {}
    for (row, count), error in unread.items():
        if count != TOTAL and not tally.is_said[count, row]:
            errors.setdefault(row, error)
    return errors


def _tally(attributes: Attributes, group: UsageGroup, emitter: Emitter, unread: Unread) -> Tally | None:
    spellings = [getattr(group, name) for name in (*COUNTS, "total_tokens")]
    found = [(count, key) for count, keys in enumerate(spellings) for key in keys if len(attributes.at(key))]
    raw_keys = [key for key in attributes.keys if group.raw and _fits(group.raw, key)]
    if not found and not raw_keys:
        return None
    speaks = _speakers(attributes, group, emitter)
    tally = Tally(attributes.owners)
    for count, key in found:
        _read_key(attributes, key, count, tally, speaks, unread)
    for key in raw_keys:
        _read_raw(attributes, key, group, tally, speaks)
    if group.further_input_tokens:
        _add_further(attributes, group.further_input_tokens, tally, speaks)
    return tally


@lru_cache(maxsize=65536)
def _fits(pattern: str, key: str) -> bool:
    return re.fullmatch(pattern, key) is not None


def _speakers(attributes: Attributes, group: UsageGroup, emitter: Emitter) -> Flags:
    """The spans on which the group's keys mean what the group says."""
    speaks = np.ones(attributes.owners, dtype=np.bool_)
    readers = [(place, one) for place, one in enumerate(emitter.registry.dialects) if group in one.usage]
    if all(one.is_private for _, one in readers):
        speaks = emitter.matched & sum(1 << place for place, _ in readers) != 0
    if group.needs:
        has = np.zeros(attributes.owners, dtype=np.bool_)
        for key in group.needs:
            has[attributes.owner[attributes.at(key)]] = True
        speaks &= has
    return speaks


def _read_key(attributes: Attributes, key: str, count: int, tally: Tally, speaks: Flags, unread: Unread) -> None:
    at = attributes.at(key)
    at = at[speaks[attributes.owner[at]]]
    read = whole(attributes, at)
    said = valid(read.values)
    owner = attributes.owner[at]
    if not said.all():
        for place, sent in zip(at[~said], attributes.texts(at[~said]).to_pylist(), strict=True):
            if sent:  # an empty string or value says nothing
                where = (int(attributes.owner[place]), count)
                unread.setdefault(where, f"{key} is not a whole number: {sent[:40]}")
    new = said & ~tally.is_said[count, owner]
    rows = owner[new]
    tally.value[count, rows] = ints(read.values)[new]
    tally.is_said[count, rows] = True
    tally.source[count, rows] = at[new]
    tally.is_exact[count, rows] = read.is_exact[new]


def _add_further(attributes: Attributes, key: str, tally: Tally, speaks: Flags) -> None:
    """Add to the input what is counted apart from it; the attributes keep what was sent."""
    at = attributes.at(key)
    read = whole(attributes, at)
    owner, further = attributes.owner[at], ints(read.values)
    holds = valid(read.values) & speaks[owner] & tally.is_said[INPUT, owner] & (further > 0)
    tally.value[INPUT, owner[holds]] += further[holds]
    tally.is_exact[INPUT, owner[holds]] = False


def _read_raw(attributes: Attributes, key: str, group: UsageGroup, tally: Tally, speaks: Flags) -> None:
    at = attributes.at(key)
    at = at[speaks[attributes.owner[at]]]
    at = at[np.isin(attributes.kind[at], (Kind.STRING, Kind.KVLIST))]
    encoded = attributes.texts(at).dictionary_encode()
    parsed = [group.parse(text) for text in encoded.dictionary.to_pylist()]
    for row, code in zip(attributes.owner[at], encoded.indices.to_pylist(), strict=True):
        counts = {_ROW[name]: number for name, number in (parsed[code] or {}).items()}
        if tally.is_said[list(counts), row].any():  # another object of this span said it first
            continue
        for count, number in counts.items():
            tally.value[count, row] = number
            tally.is_said[count, row] = True


def _elect(tallies: list[Tally | None], groups: Sequence[UsageGroup], spans: int) -> tuple[Ints, Tally]:
    """The winning group of each span (-1 for none), and its counts with missing parts filled."""
    winner: Ints = np.full(spans, NONE, dtype=np.int64)
    present = [(number, tally) for number, tally in enumerate(tallies) if tally is not None]
    for counts in ((INPUT, OUTPUT), PARTS):
        for number, tally in present:
            winner[(winner < 0) & tally.is_said[list(counts)].any(axis=0)] = number
    result = Tally(spans)
    for number, tally in present:
        _take(result, tally, winner == number)
    for number, tally in present:
        if groups[number].rule == INCLUSIVE and groups[number].raw:
            decides = (winner >= 0) & (winner != number) & _tells(tally, result)
            winner[decides] = number
            _take(result, tally, decides)
    for number, tally in present:
        same = (winner >= 0) & (winner != number)
        if same.any():
            whole_or_parts = tally.is_said[INPUT] | tally.is_said[OUTPUT]
            alike = np.ones(spans, dtype=np.bool_)
            for count in (INPUT, OUTPUT):
                alike &= tally.is_said[count] & result.is_said[count] & (tally.value[count] == result.value[count])
            same &= np.where(whole_or_parts, alike, bool(groups[number].raw))
            for count in PARTS:
                result.take_from(tally, count, same & ~result.is_said[count] & tally.is_said[count])
    return winner, result


def _take(result: Tally, tally: Tally, where: Flags) -> None:
    for count in range(7):
        result.take_from(tally, count, where)


def _tells(tally: Tally, won: Tally) -> Flags:
    """Where a provider's own object with cache counts speaks of the same call: equal output, and the whole or the
    uncached input."""
    cache = tally.value[READ] + tally.value[WRITE]
    equal = (tally.value[INPUT] == won.value[INPUT]) | (tally.value[INPUT] - cache == won.value[INPUT])
    said = tally.is_said[INPUT] & tally.is_said[OUTPUT] & won.is_said[INPUT] & won.is_said[OUTPUT]
    return np.asarray(said & equal & (cache > 0) & (tally.value[OUTPUT] == won.value[OUTPUT]))


def _dialects(winner: Ints, emitter: Emitter) -> Ints:
    """The first dialect that fits the span, reads the winning group and has a rule for the span's scope; else the
    first that fits and reads it, else the first that reads it. Some libraries only decorate the spans of others."""
    dialect: Ints = np.full(len(winner), NONE, dtype=np.int64)
    groups, dialects = emitter.registry.usage_order, emitter.registry.dialects
    for number in np.unique(winner[winner >= 0]):
        mine = winner == number
        readers = [place for place, one in enumerate(dialects) if groups[number] in one.usage]
        spoken = int(np.bitwise_or.reduce(emitter.matched[mine]))
        for has_rule in (True, False):
            for place in (one for one in readers if spoken >> one & 1):
                fits = mine & (dialect < 0) & (emitter.matched >> place & 1 == 1)
                if has_rule and fits.any():
                    fits &= knows_scope(dialects[place], emitter.scope_names)[emitter.scope]
                dialect[fits] = place
        dialect[mine & (dialect < 0)] = readers[0]
    return dialect


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
