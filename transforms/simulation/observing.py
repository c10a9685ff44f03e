"""What each lever could do about the calls of a step, by what these calls and the step's evaluations show.

An observer is a function of one signature, registered under its lever. It returns nothing where there is nothing to do,
and a finding without a setting where the evidence is too thin for a verdict.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from transforms.budgets.evidence import (
    LEAST_TASKS,
    MARGIN,
    THIN,
    Evidence,
    cheapest,
    cost_ratio,
    costs_less,
    judge,
    lost,
)
from transforms.shares import most_gained, wilson
from transforms.simulation.levers import NOTHING, ONE, PARTS, Ends, Setting
from transforms.simulation.sequence import Case
from transforms.simulation.shapes import FEWEST_CALLS, Shape, Step, ratio

TIMES_USUAL = (8, 4, 2)
"""Prompts and answers beyond so many times the usual length: low, expected, high."""
SHORTEST_PREFIX = 1024
"""Tokens below which providers cache nothing."""
STANDARD = "standard"
MAY_WAIT = {
    "eval": Ends(NOTHING, ONE, ONE),
    "replay": Ends(NOTHING, ONE, ONE),
    "ops": Ends(NOTHING, NOTHING, ONE),
}
"""Traffic whose answers nobody waits for, most likely; only its owner knows."""
PROVEN, LIKELY, POSSIBLE = Ends(ONE, ONE, ONE), Ends(NOTHING, ONE, ONE), Ends(NOTHING, NOTHING, ONE)
ASKED_AGAIN = {
    "answer": (PROVEN, "with the same answer within an hour"),
    "hour": (LIKELY, "within an hour"),
    "day": (POSSIBLE, "on the same day"),
}
PAID_AGAIN = {"proven": (PROVEN, "by equal input"), "position": (LIKELY, "by position")}


@dataclass(frozen=True)
class Finding:
    """``words`` continue "12 calls …". ``to_model``: where a route leads; ``tokens_to``: a length to keep below."""

    setting: Setting | None
    words: str
    to_model: str | None = None
    tokens_to: int | None = None


@dataclass(frozen=True)
class Observed:
    """Like calls with what each lever could do about them."""

    shape: Shape
    case: Case
    findings: Mapping[str, Finding]


def observed(step: Step) -> Iterator[Observed]:
    """Each shape of the step."""
    for shape in step.shapes:
        found = {lever: finding for lever, observe in OBSERVERS.items() if (finding := observe(shape, step))}
        settings = {lever: finding.setting for lever, finding in found.items() if finding.setting}
        yield Observed(shape, Case(shape.costs(), settings, shape.calls), found)


def _idempotent_step(shape: Shape, step: Step) -> Finding | None:
    if shape.paid_again not in PAID_AGAIN:
        return None
    share, words = PAID_AGAIN[shape.paid_again]
    return Finding(Setting(share), f"{words}, after a run began again")


def _memoize(shape: Shape, step: Step) -> Finding | None:
    if shape.asked_again not in ASKED_AGAIN:
        return None
    share, words = ASKED_AGAIN[shape.asked_again]
    return Finding(Setting(share), f"asked what one before had asked, {words}")


def _route(shape: Shape, step: Step) -> Finding | None:
    """The calls cost what the evaluated tasks of the step cost on the cheaper model, beside the present one; for what
    it gets wrong more often, the present model is asked again."""
    if shape.model is None or shape.traffic_source in ("eval", "replay"):
        return None
    found = {one.model: one for one in step.evidence}
    to = cheapest(shape.model, step.evidence)
    if to is None:
        return _no_verdict(found, shape.model)
    now, then = found[shape.model], found[to]
    price = ratio(then.mean_cost_usd or NOTHING, now.mean_cost_usd or ONE)  # known both, or `cheapest` names none
    least, usual, most = cost_ratio(now, then)
    cost = f"a task of the former cost {usual:.2g} times as much ({least:.2g} to {most:.2g})"
    words = f"on {now.model}, while {_evaluated(then)} and {_evaluated(now)}; {cost}"
    times = Ends(*(ratio(Decimal(end / usual), 1) for end in (most, usual, least)))
    return Finding(Setting(PROVEN, dict.fromkeys(PARTS, price), _lost(now, then), times), words, to)


def _lost(now: Evidence, then: Evidence) -> Ends:
    """The share of tasks that succeed on the present model and not on the other: 0 where least is lost."""
    worst = most_gained((then.successes, then.tasks), (now.successes, now.tasks))
    return Ends(ratio(Decimal(max(worst, 0.0)), 1), ratio(lost(now, then), 1), NOTHING)


def _no_verdict(found: Mapping[str, Evidence], present: str) -> Finding | None:
    cheaper = costs_less(present, list(found.values()))
    verdicts = {one.evidence.model: one.verdict for one in judge(present, list(found.values()))}
    thin = [one for one in cheaper if verdicts[one.model] == THIN]
    if not thin:
        return None
    most, now = max(thin, key=lambda one: (one.tasks, one.model)), found[present]
    if min(most.tasks, now.tasks) < LEAST_TASKS:
        tasks = f"{LEAST_TASKS} evaluated tasks of each ({most.tasks} and {now.tasks} so far)"
        return Finding(None, f"on {present}: no verdict on {most.model} below {tasks}", most.model)
    worst = most_gained((most.successes, most.tasks), (now.successes, now.tasks))
    said = f"it may lose {worst:.0%} of all tasks, and passes at {MARGIN:.0%} at most"
    words = f"on {present}: no verdict on {most.model}: {_evaluated(most)} and {_evaluated(now)}; {said}"
    return Finding(None, words, most.model)


def _evaluated(one: Evidence) -> str:
    low, high = wilson(one.successes, one.tasks)
    return f"{one.model} passed {one.successes} of {one.tasks} evaluated tasks ({low:.0%} to {high:.0%})"


def _trim(shape: Shape, step: Step) -> Finding | None:
    return _beyond(shape.input_tokens, shape.input_tokens_to, shape.calls, step.usual_input, "with a prompt")


def _output_limit(shape: Shape, step: Step) -> Finding | None:
    return _beyond(shape.output_tokens, shape.output_tokens_to, shape.calls, step.usual_output, "with an answer")


def _beyond(tokens: int, to: int | None, calls: int, usual: int | None, what: str) -> Finding | None:
    if usual is None or to is None or to <= usual * TIMES_USUAL[-1]:
        return None
    shares = (ratio(tokens - calls * usual * times, tokens) if to > usual * times else NOTHING for times in TIMES_USUAL)
    words = f"{what} of more than {usual * TIMES_USUAL[-1]:,} tokens, half of them being within {usual:,}"
    return Finding(Setting(Ends(*shares)), words, tokens_to=usual * TIMES_USUAL[1])


def _cache(shape: Shape, step: Step) -> Finding | None:
    """Misses of a step whose hits show a common start; without hits, it is as long as the shortest prompt at most."""
    seen = step.cache.get(shape.model)
    if seen is None or seen.price is None or shape.is_cache_hit or not shape.input_tokens:
        return None
    prices = {"input": seen.price}
    if seen.hit_share:
        share = Ends(*(ratio(seen.part * hits, 1) for hits in (seen.hit_share, (seen.hit_share + 1) / 2, ONE)))
        return Finding(Setting(share, prices), f"without a cache hit, of which the others read {seen.part:.0%}")
    if seen.calls < FEWEST_CALLS or seen.shortest < SHORTEST_PREFIX:
        return None
    most = ratio(shape.calls * seen.shortest, shape.input_tokens)
    words = f"that never hit the cache; what they have in common is within {seen.shortest:,} tokens"
    return Finding(Setting(Ends(NOTHING, NOTHING, most), prices), words)


def _batch(shape: Shape, step: Step) -> Finding | None:
    listed = step.prices.get((shape.price_provider, shape.price_model))
    share = MAY_WAIT.get(shape.traffic_source)
    if listed is None or share is None or not listed.batch or shape.service_tier != STANDARD:
        return None
    return Finding(Setting(share, listed.batch), f"of {shape.traffic_source}, at the standard tier")


OBSERVERS: dict[str, Callable[[Shape, Step], Finding | None]] = {
    "idempotent_step": _idempotent_step,
    "memoize": _memoize,
    "route": _route,
    "trim": _trim,
    "cache": _cache,
    "output_limit": _output_limit,
    "batch": _batch,
}
"""By lever."""
