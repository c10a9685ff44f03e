"""Why cost changed: effects add up on any numbers, equal an independent calculation, and name what was planted."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spanledger.published.project import PROJECT
from tests.dbt_project.change_sql import AFTER, BEFORE, effects, insert, open_tables, roll_up

FACTORS = [
    "volume",
    "workflow_mix",
    "calls_per_run",
    "retries",
    "model_mix",
    "tokens_per_call",
    "token_kind_mix",
    "price",
]
ROUNDING = Decimal("1e-12")
USD_A_TOKEN = {"input": Decimal("0.000003"), "cache_read": Decimal("0.0000003"), "output": Decimal("0.000015")}
DEAR = {kind: 5 * price for kind, price in USD_A_TOKEN.items()}
USUAL = {"input": 800, "cache_read": 3200, "output": 500}


@pytest.fixture
def tables() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_tables()
    yield connection
    connection.close()


@dataclass(frozen=True)
class Work:
    """Equal runs of a workflow in one period: `tries` first tries and `retries` repeats each, all of one model."""

    runs: int
    workflow: str = "answer"
    model: str = "small"
    tries: int = 2
    retries: int = 1
    tokens: Mapping[str, int] = field(default_factory=lambda: USUAL)
    prices: Mapping[str, Decimal] = field(default_factory=lambda: USD_A_TOKEN)
    beyond_usd: Decimal = Decimal(0)  # what the provider's figure adds to the computed one, a call
    reported_usd: Decimal = Decimal(0)  # what is reported of one more call a run, without tokens
    version: str = "v1"

    def cost(self) -> Decimal:
        of_call = sum((count * self.prices[kind] for kind, count in self.tokens.items()), self.beyond_usd)
        return self.runs * ((self.tries + self.retries) * of_call + self.reported_usd)


def plant(connection: duckdb.DuckDBPyConnection, before: Sequence[Work], after: Sequence[Work]) -> None:
    """Write the calls and charges of both periods, and roll them up."""
    calls: list[tuple[Any, ...]] = []
    charges: list[tuple[Any, ...]] = []
    for day, works in ((BEFORE, before), (AFTER, after)):
        for number, work in enumerate(works):
            for run in range(work.runs):
                _run(calls, charges, day, f"{day}/{number}/{run}", work)
    insert(connection, "fct_calls", calls)
    insert(connection, "fct_call_charges", charges)
    roll_up(connection)


def _run(calls: list[Any], charges: list[Any], day: str, run: str, work: Work) -> None:
    scope = ("acme", "prod", "production", work.workflow, run, work.model, None)
    for call in range(work.tries + work.retries):
        call_id = f"{run}/{call}"
        spend_class = "useful" if call < work.tries else "retry_duplicate"
        read = work.tokens["input"] + work.tokens["cache_read"]
        calls.append((call_id, day, *scope, read, work.tokens["output"], spend_class, work.version, None))
        for kind, count in work.tokens.items():
            if count:
                rate = (work.model, "standard", 0, f"{work.model}/{kind}", "token", count, count * work.prices[kind])
                charges.append((call_id, day, kind, "provider", *rate))
        if work.beyond_usd:
            charges.append((call_id, day, "adjustment", None, work.model, *(None,) * 5, work.beyond_usd))
    if work.reported_usd:
        calls.append((f"{run}/reported", day, *scope, None, None, "useful", work.version, None))
        charges.append((f"{run}/reported", day, "reported", None, work.model, *(None,) * 5, work.reported_usd))


@dataclass(frozen=True)
class Scenario:
    """What was planted; `exact`: all of the change is that one effect, to the last digit."""

    name: str
    before: Sequence[Work]
    after: Sequence[Work]
    causes: Sequence[str]  # largest first
    exact: bool = True


LONGER = {"input": 4000, "cache_read": 3200, "output": 500}
UNCACHED = {"input": 4000, "cache_read": 0, "output": 500}
RAISED = {kind: price * Decimal("1.25") for kind, price in USD_A_TOKEN.items()}
SCENARIOS = [
    Scenario("volume doubled", [Work(20)], [Work(40)], ["volume"]),
    Scenario(
        "work moves to the dear workflow",
        [Work(30), Work(10, "review", tries=6)],
        [Work(15), Work(25, "review", tries=6)],
        ["workflow_mix"],
    ),
    Scenario("a new workflow", [Work(20)], [Work(20), Work(30, "review", tries=1)], ["workflow_mix"]),
    Scenario("a dearer model", [Work(20)], [Work(20, model="large", prices=DEAR)], ["model_mix"]),
    Scenario("more calls a run", [Work(20, retries=0)], [Work(20, tries=5, retries=0)], ["calls_per_run"]),
    Scenario("retries trebled", [Work(20)], [Work(20, retries=3)], ["retries"]),
    Scenario(
        "longer prompts", [Work(20)], [Work(20, tokens=LONGER)], ["tokens_per_call", "token_kind_mix"], exact=False
    ),
    Scenario("caching switched off", [Work(20)], [Work(20, tokens=UNCACHED)], ["token_kind_mix"]),
    Scenario("prices raised", [Work(20)], [Work(20, prices=RAISED)], ["price"]),
    Scenario("the provider's figure is higher", [Work(20)], [Work(20, beyond_usd=Decimal("0.0041"))], ["unmeasured"]),
    Scenario("calls without tokens", [Work(20)], [Work(20, reported_usd=Decimal("0.2"))], ["unmeasured"]),
    Scenario("half again as much, and dearer", [Work(20)], [Work(30, prices=RAISED)], ["volume", "price"], exact=False),
    Scenario(
        "many more retries, while work moves to the short workflow",
        [Work(20), Work(20, "review", tries=8)],
        [Work(25, retries=8), Work(15, "review", tries=8)],
        ["retries", "workflow_mix"],
        exact=False,
    ),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda one: one.name)
def test_the_planted_cause_is_named(scenario: Scenario, tables: duckdb.DuckDBPyConnection) -> None:
    plant(tables, scenario.before, scenario.after)
    found = effects(tables)
    change = sum(work.cost() for work in scenario.after) - sum(work.cost() for work in scenario.before)
    assert change != 0
    assert sum(found.values()) == change
    named = sorted(found, key=lambda effect: -abs(found[effect]))
    assert named[: len(scenario.causes)] == list(scenario.causes)
    if scenario.exact:
        rest = {effect: usd for effect, usd in found.items() if effect not in scenario.causes}
        assert all(abs(usd) < Decimal("1e-9") for usd in rest.values()), rest


def test_a_call_of_two_skus_counts_once_and_a_free_refusal_never(tables: duckdb.DuckDBPyConnection) -> None:
    plant(tables, [Work(3)], [Work(3)])
    refused = ("refused", BEFORE, "acme", "prod", "production", "answer", "r", "small", None, None, None)
    insert(tables, "fct_calls", [(*refused, "failed_attempt", "v1", None)])
    assert tables.execute("select sum(calls), sum(retry_calls) from rpt_usage_daily").fetchone() == (18, 6)
    tables.execute("delete from rpt_runs_daily; delete from rpt_usage_daily")
    roll_up(tables)
    assert tables.execute("select sum(calls), sum(retry_calls) from rpt_usage_daily").fetchone() == (18, 6)


@pytest.mark.parametrize("quantity", [None, Decimal(0), Decimal(-5)])
def test_a_cost_on_both_sides_of_no_quantity_is_unmeasured(
    quantity: Decimal | None, tables: duckdb.DuckDBPyConnection
) -> None:
    """Fees of no quantity have no unit price; their tokens' leaf, and its sum, stay as they are."""
    plant(tables, [Work(20)], [Work(30)])
    for day, of_fees in ((BEFORE, Decimal(7)), (AFTER, quantity)):
        fees = ("answer", "small", "provider/fee", "request", 0, 0, True, of_fees, Decimal(2 if day == BEFORE else 5))
        insert(tables, "rpt_usage_daily", [(day, "acme", "prod", "production", *fees)])
    found = effects(tables)
    assert found["unmeasured"] == 3
    assert sum(found.values()) == Work(30).cost() - Work(20).cost() + 3
    assert found["volume"] == pytest.approx(Work(30).cost() - Work(20).cost(), abs=Decimal("1e-9"))


def test_tokens_that_cancel_out_are_unmeasured(tables: duckdb.DuckDBPyConnection) -> None:
    """A correction of -1,000 tokens takes all of the other kind away: no kind has a share of what is left."""
    insert(tables, "rpt_runs_daily", [(day, "", None, "eval", "answer", 10) for day in (BEFORE, AFTER)])
    for day, cost, corrected in ((BEFORE, 4, 0), (AFTER, 6, -1000)):
        for sku, calls, tokens, usd in (("input", 10, 1000, Decimal(cost)), ("output", 0, corrected, Decimal(1))):
            usage = ("answer", "m", sku, "token", calls, 0, True, tokens, usd)
            insert(tables, "rpt_usage_daily", [(day, "", None, "eval", *usage)])
    assert effects(tables) == {"unmeasured": 2}


def test_two_versions_differ_by_their_prompts(tables: duckdb.DuckDBPyConnection) -> None:
    plant(tables, [Work(20), Work(9, "review")], [Work(20, tokens=UNCACHED, version="v2"), Work(90, "review")])
    found = effects(tables, "why_versions_differ('answer', 'prompt_version', 'v1', 'v2')")
    change = Work(20, tokens=UNCACHED).cost() - Work(20).cost()
    assert {name: usd for name, usd in found.items() if abs(usd) > ROUNDING} == {"token_kind_mix": change}


def test_two_models_differ_by_their_price(tables: duckdb.DuckDBPyConnection) -> None:
    plant(tables, [Work(20)], [Work(10, model="large", prices=DEAR)])
    found = effects(tables, "why_versions_differ('answer', 'model', 'small', 'large')")
    assert sum(found.values()) == Work(10, prices=DEAR).cost() - Work(20).cost()
    assert {name for name, usd in found.items() if abs(usd) > Decimal("1e-9")} == {"volume", "price"}


def test_a_version_of_something_unknown_is_refused(tables: duckdb.DuckDBPyConnection) -> None:
    plant(tables, [Work(1)], [Work(1)])
    with pytest.raises(duckdb.InvalidInputException, match="version_column is prompt_version, code_version or model"):
        effects(tables, "why_versions_differ('answer', 'team', 'v1', 'v2')")


@dataclass(frozen=True)
class Leaf:
    """What one SKU came to in one period."""

    workflow: str
    model: str
    sku: str | None
    calls: int
    retry_calls: int
    quantity: int
    cost: Decimal


Side = tuple[dict[str, int], list[Leaf]]
LEAVES = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from("mn"), st.sampled_from(["in", "out", "reported", None])),
    unique=True,
    max_size=8,
)


@st.composite
def sides(draw: st.DrawFn) -> Side:
    """One period: runs of each workflow, and what its SKUs came to; anything may be missing or cost nothing."""
    leaves = []
    for workflow, model, sku in draw(LEAVES):
        calls = draw(st.integers(0, 50)) if sku == "in" else 0
        quantity = draw(st.integers(1, 10**9)) if sku else 0
        cost = draw(st.one_of(st.just(Decimal(0)), st.decimals("1e-9", "1e6", places=9)))
        leaves.append(Leaf(workflow, model, sku, calls, draw(st.integers(0, calls)), quantity, cost))
    with_calls = {(leaf.workflow, leaf.model) for leaf in leaves if leaf.calls}
    leaves = [leaf for leaf in leaves if leaf.sku is None or (leaf.workflow, leaf.model) in with_calls]
    return {workflow: draw(st.integers(1, 1000)) for workflow in {leaf.workflow for leaf in leaves}}, leaves


@given(before=sides(), after=sides())
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_effects_sum_and_equal_the_formula(before: Side, after: Side, tables: duckdb.DuckDBPyConnection) -> None:
    tables.execute("delete from rpt_runs_daily; delete from rpt_usage_daily")
    for day, (runs, leaves) in ((BEFORE, before), (AFTER, after)):
        insert(tables, "rpt_runs_daily", [(day, "", None, "eval", name, count) for name, count in runs.items()])
        insert(tables, "rpt_usage_daily", [_usage(day, leaf) for leaf in leaves])
    found = effects(tables)
    change = sum((leaf.cost for leaf in after[1]), Decimal(0)) - sum((leaf.cost for leaf in before[1]), Decimal(0))
    assert sum(found.values(), Decimal(0)) == change
    expected = reference(before, after)
    largest = max([1.0, *(float(leaf.cost) for _, leaves in (before, after) for leaf in leaves)])
    for effect in {*found, *expected}:
        assert float(found.get(effect, 0)) == pytest.approx(expected.get(effect, 0), abs=1e-9 * largest), effect


def _usage(day: str, leaf: Leaf) -> tuple[Any, ...]:
    counts = (leaf.calls, leaf.retry_calls, leaf.sku in ("in", "out"), leaf.quantity, leaf.cost)
    return (day, "", None, "eval", leaf.workflow, leaf.model, leaf.sku, "token", *counts)


def reference(before: Side, after: Side) -> dict[str, float]:
    """The formula again, factor by factor as docs/cost-change.md writes it."""
    sums: dict[str, float] = {}
    for key in sorted({_key(leaf) for _, leaves in (before, after) for leaf in leaves}, key=str):
        costs = [sum(float(leaf.cost) for leaf in leaves if _key(leaf) == key) for _, leaves in (before, after)]
        for effect, usd in _leaf_effects(key, before, after, costs).items():
            sums[effect] = sums.get(effect, 0.0) + usd
    return sums


def _key(leaf: Leaf) -> tuple[str, str, str | None]:
    return leaf.workflow, leaf.model, leaf.sku


def _leaf_effects(key: tuple[str, str, str | None], before: Side, after: Side, costs: list[float]) -> dict[str, float]:
    change, last = costs[1] - costs[0], "price" if key[2] in ("in", "out") else "unmeasured"
    if key[2] is None or costs == [0, 0]:
        return {"unmeasured": change}
    if min(costs) > 0:
        weight = costs[0] if costs[0] == costs[1] else change / math.log(costs[1] / costs[0])
        pairs = zip(_factors(key, before, after, 0), _factors(key, before, after, 1), strict=True)
        return dict(zip([*FACTORS[:-1], last], (weight * math.log(new / old) for old, new in pairs), strict=True))
    return {_vanished(key, before if costs[0] == 0 else after, last): change}


def _factors(key: tuple[str, str, str | None], before: Side, after: Side, side: int) -> list[float]:
    runs, leaves = (before, after)[side]
    kept = sum(count for name, count in runs.items() if name in before[0] and name in after[0])
    tries = [_calls(one[1], key[0]) - _retries(one[1], key[0]) for one in (before, after)]
    calls = _calls(leaves, key[0])
    first = tries[side] if all(tries) else runs[key[0]]
    of_model = sum(leaf.calls for leaf in leaves if _key(leaf)[:2] == key[:2])
    tokens = sum(leaf.quantity for leaf in leaves if _key(leaf)[:2] == key[:2])
    quantity = sum(leaf.quantity for leaf in leaves if _key(leaf) == key)
    cost = sum(float(leaf.cost) for leaf in leaves if _key(leaf) == key)
    return [
        kept,
        runs[key[0]] / kept,
        first / runs[key[0]],
        calls / first,
        of_model / calls,
        tokens / of_model,
        quantity / tokens,
        cost / quantity,
    ]


def _vanished(key: tuple[str, str, str | None], side: Side, last: str) -> str:
    """The topmost factor that is zero on the side that costs nothing."""
    runs, leaves = side
    ladder = {
        "volume": bool(runs),
        "workflow_mix": key[0] in runs,
        "calls_per_run": _calls(leaves, key[0]) > 0,
        "model_mix": any(leaf.calls for leaf in leaves if _key(leaf)[:2] == key[:2]),
        "token_kind_mix": any(_key(leaf) == key for leaf in leaves),
    }
    return next((effect for effect, is_there in ladder.items() if not is_there), last)


def _calls(leaves: list[Leaf], workflow: str) -> int:
    return sum(leaf.calls for leaf in leaves if leaf.workflow == workflow)


def _retries(leaves: list[Leaf], workflow: str) -> int:
    return sum(leaf.retry_calls for leaf in leaves if leaf.workflow == workflow)


def test_the_documented_example_is_what_the_formula_says(tables: duckdb.DuckDBPyConnection) -> None:
    short, long = dict(USUAL), {**USUAL, "input": 2000}
    for day, workflow, runs, calls, retries, tokens in (
        (BEFORE, "answer", 1000, 2500, 500, short),
        (AFTER, "answer", 1300, 3900, 1300, long),
        (AFTER, "review", 50, 100, 0, long),
    ):
        insert(tables, "rpt_runs_daily", [(day, "", None, "production", workflow, runs)])
        for kind, count in tokens.items():
            counted = (calls, retries) if kind == "input" else (0, 0)
            usage = (*counted, True, calls * count, calls * count * USD_A_TOKEN[kind])
            insert(tables, "rpt_usage_daily", [(day, "", None, "production", workflow, "m", kind, "token", *usage)])
    page = (PROJECT.parent / "docs" / "cost-change.md").read_text()
    found = {effect: usd for effect, usd in effects(tables).items() if abs(usd) > ROUNDING}
    assert dict(re.findall(r"\| `(\w+)` \| (\d+\.\d{12}) \|", page)) == {name: str(usd) for name, usd in found.items()}
    assert f"| together | {sum(found.values())} |" in page
