"""Levers applied in sequence, each on what the others left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, localcontext

from transforms.simulation.levers import CASES, EXPECTED, LEVERS, NOTHING, ONE, PARTS, Ends, Setting

PICO = Decimal("1e-12")
"""Money is kept to pico-dollars."""
EXACT = Context(prec=60)


@dataclass(frozen=True)
class Case:
    """Like calls: what they cost by part (US dollars, none below zero), and what each lever can do about them."""

    costs: Mapping[str, Decimal]
    settings: Mapping[str, Setting]
    calls: int = 1

    def __post_init__(self) -> None:
        if unknown := set(self.costs) - set(PARTS) | set(self.settings) - set(LEVERS):
            raise ValueError(f"{', '.join(sorted(unknown))}: neither a part of a cost nor a lever")
        if any(cost < 0 for cost in self.costs.values()):
            raise ValueError(f"a part of a cost is below zero: {dict(self.costs)}")


@dataclass(frozen=True)
class Saving:
    """What a lever saves after those before it, and ``alone_usd`` without them. ``usd.low`` and ``usd.high``: by the
    lever's own evidence, the others as expected. ``calls``: those it can do something about."""

    lever: str
    usd: Ends
    alone_usd: Decimal
    calls: int


@dataclass(frozen=True)
class Result:
    """``remaining_usd.low`` is what is left where every lever saves least. Savings as expected and what then remains
    add up to ``spend_usd`` exactly."""

    spend_usd: Decimal
    savings: tuple[Saving, ...]
    remaining_usd: Ends


def simulate(cases: Sequence[Case], levers: Sequence[str], reach: Mapping[str, Decimal] | None = None) -> Result:
    """Apply ``levers`` in this order. ``reach``: how much of what a lever could take it takes, 0 to 1; all unless said.

    Raises ValueError for a lever that is not known or named twice, and for a reach beyond 0 to 1.
    """
    reach = reach or {}
    _check(levers, reach)
    with localcontext(EXACT):
        spend = _left(cases, {}, reach)
        savings, applied = [], dict[str, str]()
        for lever in levers:
            before = _left(cases, applied, reach)
            after = {case: _left(cases, {**applied, lever: case}, reach) for case in CASES}
            saved = Ends(*(before - after[case] for case in CASES))
            alone = spend - _left(cases, {lever: EXPECTED}, reach)
            savings.append(Saving(lever, saved, alone, sum(one.calls for one in cases if lever in one.settings)))
            applied[lever] = EXPECTED
        left = Ends(*(_left(cases, dict.fromkeys(levers, case), reach) for case in CASES))
    return Result(spend, tuple(savings), left)


def left_of(case: Case, applied: Mapping[str, str], reach: Mapping[str, Decimal]) -> Decimal:
    """What a case costs after the levers ``applied``, each in one of `CASES`; unrounded."""
    factors = dict.fromkeys(PARTS, ONE)
    for name, lever in LEVERS.items():  # always in one order: the last digit of a product depends on it
        if name in applied and name in case.settings:
            share = reach.get(name, ONE)
            for part, factor in lever.left(case.settings[name], applied[name]).items():
                factors[part] *= ONE - share + share * factor
    return sum((cost * factors[part] for part, cost in case.costs.items()), NOTHING)


def _left(cases: Sequence[Case], applied: Mapping[str, str], reach: Mapping[str, Decimal]) -> Decimal:
    return sum((left_of(case, applied, reach) for case in cases), NOTHING).quantize(PICO, context=EXACT)


def _check(levers: Sequence[str], reach: Mapping[str, Decimal]) -> None:
    for name in (*levers, *reach):
        if name not in LEVERS:
            raise ValueError(f"there is no lever {name!r}; there are {', '.join(LEVERS)}")
    if len(set(levers)) != len(levers):
        raise ValueError(f"a lever is named twice: {', '.join(levers)}")
    for name, share in reach.items():
        if not 0 <= share <= 1:
            raise ValueError(f"the reach of {name} is {share}; expected 0 to 1")
