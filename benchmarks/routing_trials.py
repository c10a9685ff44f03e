"""Routing advice of the product, learnt on half the instances of a benchmark, beside what came on the other half. See
benchmarks.routing_advice."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import duckdb
import numpy as np
import polars as pl
from numpy.random import Generator

from sample_traces.public.files import public_file
from spanledger.results import evaluations
from transforms.budgets.evidence import LEAST_TASKS, WORSE, Evidence, costs_less, judge
from transforms.simulation.levers import Ends
from transforms.simulation.observing import observed
from transforms.simulation.sequence import simulate
from transforms.simulation.shapes import Shape, Step

ADVISED, NO_COST, NO_VERDICT, NONE_PASSES = "advised", "no cost known", "no verdict", "none cheaper passes"
Rule = Callable[[str, Sequence[Evidence]], str | None]


@dataclass(frozen=True)
class Said:
    """An answer, why, and if it is advice, where calls should go and what that saves."""

    answer: str
    words: str = ""
    to: str | None = None
    usd: Ends | None = None


@dataclass(frozen=True)
class Held:
    """One advice beside what came on the other half; US dollars, shares of tasks."""

    benchmark: str
    split: int
    learnt: int  # evaluated tasks of the present model
    now_share: float
    then_share: float
    spent_usd: Decimal
    told: Ends | None  # saving that was told; None where another rule than the product's gave the advice
    realised_usd: Decimal

    @property
    def lost(self) -> float:
        return self.now_share - self.then_share

    @property
    def is_in_range(self) -> bool:
        assert self.told is not None
        return min(self.told.low, self.told.expected) <= self.realised_usd <= self.told.high


@dataclass
class Found:
    """All splits: each advice, and by benchmark how often there was which answer."""

    held: list[Held] = field(default_factory=list)
    answers: dict[str, Counter[str]] = field(default_factory=dict)


def tasks() -> pl.DataFrame:
    """Every run of the set as a task of a step, with the columns that the product's query reads. Raises
    PublicSetMissingError where the set is not."""
    rows = pl.read_parquet(public_file(None, "openhands_index", "instance_outcomes.parquet"))
    outcome = {"true": "success", "false": "failure"}
    return rows.select(
        pl.lit("all").alias("organization"),
        pl.col("benchmark").alias("workflow_id"),
        pl.lit("task").alias("step"),
        (pl.col("agent") + "/" + pl.col("model")).alias("first_model"),
        pl.lit(1).alias("models"),
        pl.date(2026, 11, 1).alias("date"),
        pl.lit("eval").alias("task_traffic_source"),
        pl.col("resolved").cast(pl.String).replace_strict(outcome, default="unknown").alias("outcome"),
        pl.col("cost_usd").is_null().cast(pl.Int64).alias("unknown_cost_calls"),
        pl.col("cost_usd").cast(pl.Decimal(28, 12)).alias("chain_cost_usd"),
        "instance_id",
    ).sort("workflow_id", "first_model", "instance_id")


def halves(rows: pl.DataFrame, rng: Generator, size: int | None) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tasks of one half of each benchmark's instances, of ``size`` of them if said, and those of the other half."""
    instances = rows.select("workflow_id", "instance_id").unique().sort("workflow_id", "instance_id")
    place = pl.col("drawn").rank("ordinal").over("workflow_id") - 1
    placed = instances.with_columns(drawn=pl.Series(rng.random(len(instances)))).with_columns(place=place)
    half = pl.len().over("workflow_id") // 2
    learnt = placed.filter(pl.col("place") < (half if size is None else pl.min_horizontal(half, pl.lit(size))))
    at = ["workflow_id", "instance_id"]
    return rows.join(learnt, on=at, how="semi"), rows.join(placed.filter(pl.col("place") >= half), on=at, how="semi")


def evidence(rows: pl.DataFrame) -> dict[str, Sequence[Evidence]]:
    """By benchmark, as the product reads it."""
    with duckdb.connect() as connection:
        connection.register("rows", rows.to_arrow())
        connection.execute("create schema facts")
        connection.execute("create view facts.int_task_steps as from rows")
        return {str(benchmark): found for (_, benchmark, _), found in evaluations.read(connection).items()}


def no_difference_seen(present: str, found: Sequence[Evidence]) -> str | None:
    """The cheapest model that is not significantly worse, from `LEAST_TASKS` on."""
    cheaper = {one.model for one in costs_less(present, found)}
    enough = {one.model for one in found if one.tasks >= LEAST_TASKS}
    passing = (one.evidence.model for one in judge(present, found) if one.verdict != WORSE)
    return next((model for model in passing if present in enough and model in cheaper & enough), None)


def lever(present: str, found: Sequence[Evidence], spent: Decimal, calls: int) -> Said:
    """What the product's lever says to calls of the ``present`` model."""
    [seen] = observed(Step([_shape(present, spent, calls)], found, {}))
    finding = seen.findings.get("route")
    if finding is None:
        return Said(NONE_PASSES)
    if finding.setting is None:
        return Said(NO_VERDICT, finding.words)
    [saving] = simulate([seen.case], ["route"]).savings
    return Said(ADVISED, finding.words, finding.to_model, saving.usd)


def _shape(model: str, spent: Decimal, calls: int) -> Shape:
    nothing = dict.fromkeys(
        ("input_cost_usd", "cache_read_cost_usd", "cache_write_cost_usd", "output_cost_usd"), Decimal(0)
    )
    none = dict.fromkeys(("environment", "price_provider", "price_model", "input_tokens_to", "output_tokens_to"))
    no = dict.fromkeys(
        ("unknown_cost_calls", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens"), 0
    )
    return Shape.of(
        {**nothing, **none, **no, "organization": "all", "workflow_id": "w", "step": "task", "model": model,
         "traffic_source": "production", "service_tier": "standard", "paid_again": "no", "asked_again": "no",
         "is_cache_hit": False, "calls": calls, "cost_usd": spent}
    )  # fmt: skip


class Rest:
    """The other half, by benchmark and model: instance → (success, US dollars), known both."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self._done: dict[tuple[str, str], dict[str, tuple[bool, Decimal]]] = {}
        known = rows.filter((pl.col("outcome") != "unknown") & pl.col("chain_cost_usd").is_not_null())
        columns = ("workflow_id", "first_model", "instance_id", "outcome", "chain_cost_usd")
        for benchmark, model, instance, outcome, usd in known.select(columns).iter_rows():
            self._done.setdefault((benchmark, model), {})[instance] = (outcome == "success", usd)

    def spent(self, benchmark: str, model: str) -> tuple[Decimal, int]:
        done = self._done.get((benchmark, model), {})
        return sum((usd for _, usd in done.values()), Decimal(0)), len(done)

    def both(self, benchmark: str, now: str, then: str) -> list[tuple[tuple[bool, Decimal], tuple[bool, Decimal]]]:
        here, there = (self._done.get((benchmark, model), {}) for model in (now, then))
        return [(here[instance], there[instance]) for instance in sorted(here.keys() & there.keys())]


def advised(found: Mapping[str, Sequence[Evidence]], rest: Rest, split: int, rule: Rule | None, into: Found) -> None:
    """Each model of each benchmark asked where its calls should go, and what then came."""
    for benchmark, models in found.items():
        answers = into.answers.setdefault(benchmark, Counter())
        for one in models:
            if not one.mean_cost_usd:
                answers[NO_COST] += 1
                continue
            if rule is None:
                said = lever(one.model, models, *rest.spent(benchmark, one.model))
                answer, to = said.answer, said.to
            else:
                to = rule(one.model, models)
                answer = NONE_PASSES if to is None else ADVISED
            answers[answer] += 1
            if to is not None:
                into.held.append(held_of(benchmark, split, one, to, models, rest, is_told=rule is None))


def held_of(
    benchmark: str, split: int, now: Evidence, to: str, models: Sequence[Evidence], rest: Rest, *, is_told: bool
) -> Held:
    both = rest.both(benchmark, now.model, to)
    spent, spent_then = (sum((one[place][1] for one in both), Decimal(0)) for place in (0, 1))
    share, share_then = (sum(one[place][0] for one in both) / len(both) for place in (0, 1))
    again = Decimal(max(share - share_then, 0.0)) * spent
    told = lever(now.model, models, spent, len(both)).usd if is_told else None
    return Held(benchmark, split, now.tasks, share, share_then, spent, told, spent - spent_then - again)


def tried(rows: pl.DataFrame, splits: int, rule: Rule | None = None, size: int | None = None, seed: int = 3) -> Found:
    """``rule`` None: the product's lever; with another rule no saving is told."""
    rng, found = np.random.default_rng(seed), Found()
    for split in range(splits):
        learnt, rest = halves(rows, rng, size)
        advised(evidence(learnt), Rest(rest), split, rule, found)
    return found
