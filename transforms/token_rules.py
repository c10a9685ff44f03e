"""What input and output counts hold, by emitter; and what cannot be right. The rules: `transforms.usage`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from transforms.arrays import Flags, Ints, ints, valid
from transforms.dialects.base import EXCLUSIVE, EXCLUSIVE_OUTPUT, INCLUSIVE, UNKNOWN, Dialect, TokenRule
from transforms.registry import BUILT_IN, Registry
from transforms.tally import COUNTS, INPUT, OUTPUT, READ, REASONING, TOTAL, WRITE, WRITE_1H, Tally

_HUGE = 2**60  # sums of three stay within 64 bits below this


@dataclass(frozen=True)
class Emitter:
    """Who sent each span, as far as token rules care; one entry per span."""

    matched: Ints  # bit d is set where dialect d of the registry fits
    scope: Ints  # index into scope_names and scope_versions
    scope_names: Sequence[str]
    scope_versions: Sequence[str]
    provider: pa.Array
    registry: Registry = BUILT_IN


def normalise(tally: Tally, winner: Ints, dialect: Ints, emitter: Emitter) -> pa.Array:
    """Make input and output whole in place; gives the text of the rule each span was read by.

    ``winner`` is each span's group in the registry's order: groups whose keys say what they hold need no emitter.
    """
    value, said = tally.value, tally.is_said
    small = (np.abs(value[:TOTAL]) < _HUGE).all(axis=0)
    cache = value[READ] + value[WRITE]
    rules, reasons, omits_zero, index = _emitter_rules(dialect, emitter)
    has_cache = said[READ] | said[WRITE]
    proven = small & has_cache & said[INPUT] & (value[INPUT] >= 0) & (cache > value[INPUT])
    chosen: NDArray[np.object_] = np.array(reasons, dtype=object)[index]
    rule: NDArray[np.object_] = np.array(rules, dtype=object)[index]
    groups = emitter.registry.usage_order
    for number in np.unique(winner[winner >= 0]):
        group = groups[number]
        if group.rule:
            mine = winner == number
            rule[mine], chosen[mine] = group.rule, f"{group.rule}: {group.name}"
    undecided = (rule == UNKNOWN) & ~proven
    _by_total(tally, undecided & small, rule, chosen)
    rule[proven], chosen[proven] = EXCLUSIVE, "exclusive: cache exceeds input"
    said[INPUT] |= small & omits_zero[index] & (cache > 0) & said[OUTPUT]
    add_cache = small & (rule == EXCLUSIVE) & said[INPUT]
    value[INPUT, add_cache] += cache[add_cache]
    add_reasoning = small & (rule == EXCLUSIVE_OUTPUT) & said[OUTPUT]
    value[OUTPUT, add_reasoning] += value[REASONING, add_reasoning]
    return pa.array(chosen, pa.string(), mask=dialect < 0)


def _by_total(tally: Tally, where: Flags, rule: NDArray[np.object_], chosen: NDArray[np.object_]) -> None:
    """Spans whose emitter has no rule: a reported total tells what input and output hold."""
    value = tally.value
    rule[rule == UNKNOWN] = INCLUSIVE
    if not where.any():
        return
    known = where & tally.is_said[[INPUT, OUTPUT, TOTAL]].all(axis=0)
    rest = value[TOTAL] - value[INPUT] - value[OUTPUT]
    cache, reasoning = value[READ] + value[WRITE], value[REASONING]
    for name, fits in (
        (INCLUSIVE, rest == 0),
        (EXCLUSIVE, (rest == cache) & (cache > 0)),
        (EXCLUSIVE_OUTPUT, (rest == reasoning) & (reasoning > 0)),
    ):
        decided = known & fits
        rule[decided], chosen[decided] = name, f"{name}: total"
        known &= ~fits
    chosen[known] = f"{INCLUSIVE}: assumed, total says otherwise"


def _emitter_rules(dialect: Ints, emitter: Emitter) -> tuple[list[str], list[str], Flags, Ints]:
    """Rule and reason of each distinct emitter, whether it omits zeros, and which of them sent each span."""
    providers = emitter.provider.dictionary_encode()
    codes = ints(providers.indices.cast(pa.int64())) + valid(providers.indices)  # 0 for no provider
    width, height = len(providers.dictionary) + 1, max(len(emitter.scope_names), 1)
    key = ((dialect + 1) * height + emitter.scope) * width + codes
    distinct, index = np.unique(key, return_inverse=True)
    names, dialects = ["", *providers.dictionary.to_pylist()], emitter.registry.dialects
    rules, reasons, omits_zero = [], [], []
    for one in distinct:
        rest, provider = divmod(int(one), width)
        place, scope = divmod(rest, height)
        rule, reason = TokenRule(UNKNOWN), ""
        if place:
            rule, reason = _rule(
                dialects[place - 1], emitter.scope_names[scope], emitter.scope_versions[scope], names[provider]
            )
        rules.append(rule.rule)
        reasons.append(reason)
        omits_zero.append(rule.omits_zero)
    return rules, reasons, np.array(omits_zero, dtype=np.bool_), index.astype(np.int64)


def _rule(dialect: Dialect, scope: str, version: str, provider: str) -> tuple[TokenRule, str]:
    for rule in dialect.token_rules:
        fits = scope.startswith(rule.scope) and rule.provider in ("", provider)
        if fits and (not rule.before or _version(version) < rule.before):
            return rule, f"{rule.rule}: {dialect.name}"
    return TokenRule(UNKNOWN), f"{INCLUSIVE}: assumed"


def knows_scope(dialect: Dialect, scopes: Sequence[str]) -> Flags:
    """For which scopes the dialect has a rule of its own."""
    prefixes = tuple(rule.scope for rule in dialect.token_rules)
    return np.array([scope.startswith(prefixes) for scope in scopes], dtype=np.bool_)


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text)[:3])


def judge(tally: Tally, errors: dict[int, str]) -> None:
    """Note what cannot be right. Counts stay."""
    value, said = tally.value, tally.is_said
    checks = [
        (said[part] & said[whole_] & (value[part] > value[whole_]), f"{COUNTS[part]} exceeds {COUNTS[whole_]}")
        for part, whole_ in ((READ, INPUT), (WRITE, INPUT), (WRITE_1H, WRITE), (REASONING, OUTPUT))
    ]
    both = said[INPUT] & (said[READ] | said[WRITE]) & (value[READ] + value[WRITE] > value[INPUT])
    checks.append((both, "cache reads and writes exceed input_tokens"))
    checks.extend((said[count] & (value[count] < 0), f"{name} is negative") for count, name in enumerate(COUNTS))
    checks.append(((np.abs(value[:TOTAL]) >= _HUGE).any(axis=0), f"a count is beyond {_HUGE}"))
    for wrong, message in checks:
        for row in np.flatnonzero(wrong):
            errors.setdefault(int(row), message)
