"""Does advice which cheaper model passes hold on unseen tasks? Learnt on half the instances, measured on the rest.

Each benchmark of openhands_index is a workflow's step, each agent with its model a model that was evaluated there. The
instances of each benchmark are cut in two halves at random, many times. One half is the evaluations: the product's own
query sums them, its route lever says where each model's calls go and what that saves. The other half is what comes:
of instances that both models did, with known outcome and cost, what the present model cost and what the advised one
did, and how many each solved. What it solved less often is paid again at the present model's cost, as the lever counts.

Ends with 1 when, in a benchmark, more than 5 % of the advice loses more than the rule's margin of successes, or when
less than 90 % of all realised savings lie in the range that was told. A benchmark below 80 % is named. The splits share
their tasks: brackets hold 95 % of the splits, and are no interval of what other tasks would show. "No difference seen"
is the rule that lets pass what is not significantly worse. The set's folder stands below $SPANLEDGER_PUBLIC_DATA. Run
from the project's root:

    python -m benchmarks.routing_advice [--splits 200]
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import numpy as np
import polars as pl

from benchmarks.measuring import end, say
from benchmarks.routing_trials import (
    ADVISED,
    NO_COST,
    NO_VERDICT,
    NONE_PASSES,
    Found,
    Held,
    Rest,
    evidence,
    halves,
    held_of,
    lever,
    no_difference_seen,
    tasks,
    tried,
)
from docs.markdown import grid
from transforms.budgets.evidence import MARGIN

MOST_LOSING, FEWEST_IN_RANGE, NAMED_BELOW = 0.05, 0.9, 0.8
SIZES = (30, 60, 120, 240)


def losing(held: Sequence[Held]) -> float:
    """The share of the advice that loses more than the margin; 0 without any."""
    return sum(one.lost > MARGIN for one in held) / len(held) if held else 0.0


def in_range(held: Sequence[Held]) -> float:
    """The share of realised savings within what was told; 1 without any."""
    return sum(one.is_in_range for one in held) / len(held) if held else 1.0


def _of(held: Sequence[Held], benchmark: str) -> list[Held]:
    return [one for one in held if one.benchmark == benchmark]


def broken(found: Found) -> Iterator[str]:
    """Promises that do not hold."""
    for benchmark in found.answers:
        if (share := losing(_of(found.held, benchmark))) > MOST_LOSING:
            yield f"{benchmark}: {share:.1%} of the advice loses over {MARGIN:.0%} of tasks, promised {MOST_LOSING:.0%}"
    if found.held and found.held[0].told is not None and (share := in_range(found.held)) < FEWEST_IN_RANGE:
        yield f"{share:.1%} of the realised savings lie in the range told, promised {FEWEST_IN_RANGE:.0%}"


def spread(held: Sequence[Held], figure: Callable[[Sequence[Held]], float]) -> str:
    """A figure of all advice, and what 95 % of the splits show."""
    by_split: dict[int, list[Held]] = {}
    for one in held:
        by_split.setdefault(one.split, []).append(one)
    low, high = np.quantile([figure(one) for one in by_split.values()], (0.025, 0.975))
    return f"{figure(held):.1%} [{low:.0%} – {high:.0%}]"


def _answers(found: Found, benchmark: str) -> Iterator[str]:
    asked = found.answers[benchmark]
    yield f"{sum(asked.values()):,}"
    yield from (f"{asked[answer] / sum(asked.values()):.0%}" for answer in (NO_COST, NO_VERDICT, NONE_PASSES, ADVISED))


def answer_rows(found: Found) -> Iterator[tuple[str, ...]]:
    for benchmark in found.answers:
        held = _of(found.held, benchmark)
        learnt = f"{median(one.learnt for one in held):.0f}" if held else "–"
        yield benchmark, learnt, *_answers(found, benchmark)


def _success(held: Sequence[Held]) -> Iterator[str]:
    yield from (
        f"{sum(shares) / len(held):.1%}"
        for shares in ([one.now_share for one in held], [one.then_share for one in held])
    )
    yield spread(held, lambda some: sum(one.then_share - one.now_share for one in some) / len(some))
    yield spread(held, losing)


def _money(held: Sequence[Held]) -> Iterator[str]:
    spent = sum(one.spent_usd for one in held)
    for usd in (sum(one.told.expected for one in held if one.told), sum(one.realised_usd for one in held)):
        yield f"{usd / spent:.1%}"
    yield spread(held, in_range)


def held_rows(found: Found) -> Iterator[tuple[str, ...]]:
    for benchmark in found.answers:
        if held := _of(found.held, benchmark):
            spent = sum(one.spent_usd for one in held) / len(held)
            yield benchmark, f"{len(held):,}", *_success(held), f"${spent:,.2f}", *_money(held)
    if found.held:
        yield "all", f"{len(found.held):,}", *_success(found.held), "", *_money(found.held)


def size_rows(rows: pl.DataFrame, splits: int) -> Iterator[tuple[str, ...]]:
    """The product's rule beside the other, learnt from fewer instances."""
    for size in SIZES:
        for name, rule in (("shown to lose little", None), ("no difference seen", no_difference_seen)):
            found = tried(rows, splits, rule, size)
            asked = sum(sum(answers.values()) for answers in found.answers.values())
            lost = spread(found.held, losing) if found.held else "–"
            worst = max((losing(_of(found.held, name)), len(_of(found.held, name)), name) for name in found.answers)
            yield (
                f"{size}",
                name,
                f"{len(found.held) / asked:.0%}",
                lost,
                f"{worst[0]:.1%} of {worst[1]:,} ({worst[2]})" if worst[0] else "0.0%",
            )


def examples(rows: pl.DataFrame) -> Iterator[tuple[str, ...]]:
    """Of the first split, what was said of each benchmark's dearest model that has a price."""
    learnt, other = halves(rows, np.random.default_rng(1), None)
    rest = Rest(other)
    for benchmark, models in evidence(learnt).items():
        now = max((one for one in models if one.mean_cost_usd), key=lambda one: one.mean_cost_usd or 0)
        said = lever(now.model, models, *rest.spent(benchmark, now.model))
        came = _came(held_of(benchmark, 0, now, said.to, models, rest, is_told=True)) if said.to else "–"
        yield benchmark, said.answer, said.words, came


def _came(one: Held) -> str:
    assert one.told is not None
    told = f"${one.told.expected:,.2f} (${one.told.low:,.2f} – ${one.told.high:,.2f})"
    success = f"{one.now_share:.0%} → {one.then_share:.0%}"
    return f"{success}; of ${one.spent_usd:,.2f} {told} told, ${one.realised_usd:,.2f} came"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--splits", type=int, default=200)
    splits = parser.parse_args(arguments).splits
    started, wall, rows = time.process_time(), time.monotonic(), tasks()
    found = tried(rows, splits)
    say(f"{len(rows):,} runs, {splits} splits of each benchmark's instances in two halves")
    asked = ("benchmark", "tasks a model", "asked", NO_COST, NO_VERDICT, NONE_PASSES, ADVISED)
    say("\n".join(grid(asked, answer_rows(found))))
    say("\n".join(grid(("benchmark", "answer", "why", "other half: success, money"), examples(rows))))
    lost = f"loses over {MARGIN:.0%}"
    came = (
        "benchmark",
        "advice",
        "success now",
        "as advised",
        "difference",
        lost,
        "spent",
        "saving told",
        "realised",
        "in range",
    )
    say("\n".join(grid(came, held_rows(found))))
    say(
        "\n".join(grid(("instances", "rule", "advised", lost, "worst benchmark"), size_rows(rows, max(splits // 5, 1))))
    )
    for benchmark in found.answers:
        if (share := in_range(_of(found.held, benchmark))) < NAMED_BELOW:
            say(f"missed: {benchmark}: {share:.1%} of the realised savings lie in the range told")
    say(f"{time.process_time() - started:.0f} CPU s, {time.monotonic() - wall:.0f} s on the clock")
    end(list(broken(found)))


if __name__ == "__main__":
    main(sys.argv[1:])
