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
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from transforms import raw_usage
from transforms.arrays import NONE, Flags, Ints, ints, valid
from transforms.attributes import Attributes, Kind
from transforms.dialects import DIALECTS, USAGE_ORDER
from transforms.dialects.base import UsageGroup
from transforms.reading import whole
from transforms.tally import COUNTS, INPUT, OUTPUT, PARTS, Tally
from transforms.token_rules import Emitter, judge, normalise


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
    rule = normalise(tally, dialect, emitter)
    judge(tally, errors)
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
    for counts in ((INPUT, OUTPUT), PARTS):
        for number, tally in present:
            winner[(winner < 0) & tally.is_said[list(counts)].any(axis=0)] = number
    result = Tally(spans)
    for number, tally in present:
        for count in range(7):
            result.take_from(tally, count, winner == number)
    for number, tally in present:
        same = (winner >= 0) & (winner != number)
        if same.any():
            for count in (INPUT, OUTPUT):
                same &= tally.is_said[count] & result.is_said[count] & (tally.value[count] == result.value[count])
            for count in PARTS:
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
